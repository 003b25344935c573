"""The journeys: each reads what is known, asks the rules, and writes down what they said."""
