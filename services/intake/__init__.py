"""受理 intake: the one door every request comes through.

Decides: whether a request can be taken, who may follow it, who may read a contact.
Owns:    cases as told, attachments, likenesses, the contact vault, its readings and look-ups by phone,
         timelines, knowledge base, API keys.
Hears:   router's moves, findings and hot spots; survey's callbacks; grid's incidents and deliberations;
         units; itself, for duplicates.
Says:    case registered, supplemented, anonymised; urge, withdrawal, merge, answer and decline asked
         or proposed.
"""
