"""What does SELU have over ReLU?"""
