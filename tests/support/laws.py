"""How Hypothesis tests a law: on one device that each example clears by itself."""

from hypothesis import HealthCheck, settings

law = settings(
    # A page in a browser is slower, and not evenly so; the law is what counts.
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # A run that fails prints how to repeat it; nothing is to be left in the folder.
    database=None,
    print_blob=True,
)
