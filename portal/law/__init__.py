"""The law library: law → article → dated version. Below every app, because policies, questions and letters cite it."""
