"""Pictures of braids: what is in one, where each block goes, and how that is drawn."""
