"""Code behind the answers: one package per question, what experiments are made of, and their evidence."""
