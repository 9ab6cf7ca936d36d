// Nothing: what is left is the cost of starting and ending.
