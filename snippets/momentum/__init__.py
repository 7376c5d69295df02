"""What if momentum is 0.99999?"""
