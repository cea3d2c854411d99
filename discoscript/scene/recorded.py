"""Recordings from the files of the project, with everything that can be wrong with a file."""

from dataclasses import dataclass

from discoscript.expressions.recordings import Recording, Wanted
from discoscript.parameters import FileKind
from discoscript.scene.files import ProjectFiles, Unreadable, file_path
from discoscript.text.report import Report


@dataclass(frozen=True)
class FileRecordings:
    """What calls such as `audio("song.wav")` find. `files` None: there is nothing to find."""

    files: ProjectFiles | None
    report: Report

    def find(self, wanted: Wanted) -> Recording | None:
        """The recording; None after reporting what is wrong, or where no file is known at all."""
        path = file_path(wanted.path, wanted.kind, wanted.spans["path"], self.files, self.report)
        if path is None or self.files is None:
            return None
        try:
            return _read(path, wanted, self.files)
        except Unreadable as problem:
            span = wanted.spans.get(problem.argument, wanted.spans["path"])
            self.report.add(problem.code, str(problem), span, help=problem.help)
            return None


def _read(path: str, wanted: Wanted, files: ProjectFiles) -> Recording:
    options = wanted.options
    if wanted.kind is FileKind.SOUND:
        return files.loudness(path, float(options["low"]), float(options["high"]))
    return files.table(path, str(options["column"]), bool(options["raw"]))
