"""Code that really computes, paired with the System it refines."""
