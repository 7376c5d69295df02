"""Does dropout slow training? Inference? MC Dropout?"""
