"""Why does batch normalization help, and what breaks it?"""
