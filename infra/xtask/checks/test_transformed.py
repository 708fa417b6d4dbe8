"""Each house rule, seen to fail when the transformed template breaks it.

usage: test_transformed.py TEMPLATE EXPECTED
"""

import copy
import json
import pathlib
import sys
import unittest

from cases import CASES
from stack import Stack, transformed
from transformed import RULES, broken

EXPECTED = json.loads(pathlib.Path(sys.argv.pop()).read_text(encoding="utf-8"))
TEMPLATE = transformed(sys.argv.pop())


class Rules(unittest.TestCase):
    def test_the_template_itself_breaks_none(self):
        self.assertEqual(broken(Stack(TEMPLATE, EXPECTED)), [])

    def test_each_case_breaks_its_rule(self):
        rules = {rule.__name__: rule for rule in RULES}
        for number, (name, change) in enumerate(CASES):
            with self.subTest(rule=name, case=number):
                template = copy.deepcopy(TEMPLATE)
                change(template["Resources"])
                said = broken(Stack(template, EXPECTED), [rules[name]])
                self.assertTrue(said, f"case {number} breaks {name}, and it says nothing")

    def test_each_rule_has_a_case(self):
        self.assertEqual({rule.__name__ for rule in RULES}, {name for name, _ in CASES})

    def test_each_rule_says_what_is_wrong_and_what_to_do(self):
        said = [rule.__doc__ for rule in RULES]
        self.assertEqual(len(said), len(set(said)))
        for words in said:
            self.assertRegex(words, r"^[^:]+: .+|^dashboards: ", words)


if __name__ == "__main__":
    unittest.main()
