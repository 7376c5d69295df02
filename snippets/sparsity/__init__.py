"""What are three ways to a sparse model?"""
