"""The files of a new project. `{name}` in them is its name."""

from importlib.resources import files

#: The files by the names that they get; `{name}` is that of the project.
FILES = {"{name}.disco": "scene.disco", ".gitignore": "gitignore", "README.md": "README.md"}


def project(name: str) -> dict[str, str]:
    """The files of a project called `name`, by their names."""
    texts = {target: (files(__name__) / file).read_text("utf-8") for target, file in FILES.items()}
    return {t.replace("{name}", name): text.replace("{name}", name) for t, text in texts.items()}
