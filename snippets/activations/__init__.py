"""Which activation function when?"""
