"""Makes the weights of the semantic detector (aftercare/weights) from the training data: `make network`.

Only who changes the training data needs it. `training.texts` runs in the project's own environment and writes what the network
shall learn; `training.fit` runs in one of its own with PyTorch (requirements.txt here), fine-tunes all-MiniLM-L6-v2 and writes
int8 ONNX. Neither ever opens tests/ or the acceptance sample.
"""
