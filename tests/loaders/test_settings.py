"""Settings refuse what cannot work, by name, and never show a secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from loaders.errors import SettingsError
from loaders.settings import Settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"app_port": 70000}, "APP_PORT: input should be less than or equal to 65535"),
        ({"db_host": "db.example"}, "DB_PASSWORD is needed when DB_HOST is set"),
        ({"app_host": "0.0.0.0"}, "ADMIN_PASSWORD is needed when APP_HOST=0.0.0.0"),
        ({"warehouse": "oracle"}, "WAREHOUSE: input should be 'chdb', 'clickhouse' or 'snowflake'"),
        ({"db_sslmode": "verify-full"}, "DB_SSLROOTCERT is needed"),
        ({"sim_seed": "many"}, "SIM_SEED: input should be a valid integer"),
    ],
)
def test_a_value_that_cannot_work_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        Settings.load(_env_file=None, **values)


def test_a_refused_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(_env_file=None, api_token="short-secret")
    assert "short-secret" not in str(caught.value)


def test_generated_secrets_stay_and_are_private(tmp_path: Path) -> None:
    first = Settings.load(_env_file=None, state_dir=tmp_path).secret("api_token")
    assert Settings.load(_env_file=None, state_dir=tmp_path).secret("api_token") == first
    files = list((tmp_path / "secrets").iterdir())
    assert [path.name for path in files] == ["api_token"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_chosen_secret_wins_over_a_generated_one(tmp_path: Path) -> None:
    settings = Settings.load(_env_file=None, state_dir=tmp_path, api_token="0123456789abcdef")
    assert settings.secret("api_token") == "0123456789abcdef"
    assert not (tmp_path / "secrets").exists()
