"""May biases start at 0?"""
