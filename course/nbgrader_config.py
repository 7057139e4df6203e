from tinygrad_lessons.classroom import nbgrader_steps

c = get_config()  # noqa: F821
nbgrader_steps.configure(c)
