"""What source documents say, formalised: one file a document, each sentence with our verdict."""
