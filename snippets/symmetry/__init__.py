"""May all weights of a layer start at the same He-drawn value?"""
