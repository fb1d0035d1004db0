"""What developers run by hand: evaluation, the review of weights. Nothing here is needed to answer a patient."""
