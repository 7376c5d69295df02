"""Code behind the answers: one package per question, and `snippets.evidence`, which measures."""
