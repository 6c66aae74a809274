"""The rules of whistles: who may blow, what departments owe, how a whistle ends."""
