"""Three ways to a sparse model?"""
