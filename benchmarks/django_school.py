"""Makes this process ready for a made-up school's records in a folder of their own."""

import os
import secrets
from pathlib import Path


def set_up(folder: Path) -> Path:
    """Make keys in a folder, with no records yet, and return where its evidence lies; once a process."""
    (folder / "central.toml").write_text(f'data_dir = "{folder}"\n', encoding="utf-8")
    os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
    from central import config

    os.environ[config.ENVIRONMENT] = str(folder / "central.toml")
    import django
    from django.conf import settings

    django.setup()
    from central.work import keys

    keys.make(settings.CONFIG.keys, secrets.token_bytes)
    evidence: Path = settings.CONFIG.evidence
    return evidence
