"""The plan "Basic" of the OpenID Foundation's relying-party tests: code flow, the answer in the query. In djoser's two steps, and in redirect
mode."""
import unittest

import stage
from basic_plan import BasicPlan


class InTwoSteps(BasicPlan, stage.Plan):
    door = stage.Api


class InRedirectMode(BasicPlan, stage.Plan):
    door = stage.Redirect


if __name__ == "__main__":
    unittest.main()
