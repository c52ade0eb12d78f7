"""Read by every IPython of the environment, from its ``etc/ipython``: what the course does around each cell."""

c = get_config()  # noqa: F821
c.InteractiveShellApp.extensions = ["helpers.kernel"]
c.InteractiveShell.cache_size = 0  # Out[12] would keep every picture for as long as the kernel runs
