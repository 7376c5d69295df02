"""TODO: the question?"""
