"""The plan "Form-Post Basic" of the OpenID Foundation's relying-party tests: the modules of "Basic" with response_mode=form_post. The provider's
page posts its answer from another site, so without our cookies; a page of ours sends it once more (flow/redirect_callback.cc)."""
import unittest

import stage
from basic_plan import BasicPlan


class FormPostBasic(BasicPlan, stage.Plan):
    door = stage.FormPost


if __name__ == "__main__":
    unittest.main()
