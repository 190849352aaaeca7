"""The case: number, stage, who must act by when, opinions, attachments, public notice, printed forms,
to-do list.
"""
