"""Every setting of the product, read from the environment and `.env` in one place.

Entry points call `Settings.load()` once and pass values down; nothing else reads the
environment. `docs_md/settings.md` is generated from this class (`python -m loaders settings`).
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.errors import SettingsError
from loaders.secrets import generated

ROOT = Path(__file__).resolve().parent.parent

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class Settings(BaseSettings):
    """The product's settings; each field's description and bounds are its documentation."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    state_dir: Path = Field(
        ROOT / ".walmart", description="where run-time state lives: embedded database, Airflow, logs, generated secrets"
    )

    db_host: str | None = Field(
        None,
        description="host of the PostgreSQL server to use, for example its Tailscale name; unset: an embedded one",
    )
    db_port: int = Field(5432, ge=1, le=65535, description="its port")
    db_name: str = Field("walmart", min_length=1, max_length=63, description="its database")
    db_user: str = Field(
        "walmart_owner", min_length=1, max_length=63, description="the role that owns the schemas and runs migrations"
    )
    db_password: SecretStr | None = Field(None, description="its password; needed with DB_HOST")
    db_sslmode: SslMode = Field("prefer", description="how TLS is used with DB_HOST")
    db_sslrootcert: Path | None = Field(None, description="certificate authority for verify-ca and verify-full")
    db_loader_password: SecretStr | None = Field(
        None, description="password of the role walmart_loader; unset: generated"
    )
    db_app_password: SecretStr | None = Field(None, description="password of the role walmart_app; unset: generated")
    db_reader_password: SecretStr | None = Field(
        None, description="password of the role walmart_reader; unset: generated"
    )

    warehouse: Literal["chdb", "clickhouse", "snowflake"] = Field(
        "chdb", description="which warehouse takes the marts; chdb is ClickHouse embedded"
    )
    clickhouse_host: str | None = Field(
        None, description="host of the ClickHouse server; needed with WAREHOUSE=clickhouse"
    )
    clickhouse_port: int = Field(8443, ge=1, le=65535, description="its HTTP(S) port")
    clickhouse_user: str = Field("default", description="its user")
    clickhouse_password: SecretStr | None = Field(None, description="its password")
    clickhouse_database: str = Field("walmart", description="its database")
    clickhouse_secure: bool = Field(True, description="whether it is reached over TLS")
    clickhouse_cluster: str | None = Field(
        None, description="name of the cluster for replicated tables; unset: one server"
    )
    snowflake_account: str | None = Field(None, description="Snowflake account; needed with WAREHOUSE=snowflake")
    snowflake_user: str | None = Field(None, description="Snowflake user; needed with WAREHOUSE=snowflake")
    snowflake_password: SecretStr | None = Field(None, description="Snowflake password")
    snowflake_database: str = Field("WALMART", description="Snowflake database")
    snowflake_schema: str = Field("MARTS", description="Snowflake schema")
    snowflake_warehouse: str | None = Field(None, description="Snowflake compute warehouse")
    snowflake_role: str | None = Field(None, description="Snowflake role")

    airflow_url: str | None = Field(
        None, pattern=r"^https?://", description="address of an Airflow elsewhere; unset: Airflow is run here"
    )
    airflow_user: str = Field("admin", min_length=1, description="user of that Airflow")
    airflow_password: SecretStr | None = Field(None, description="its password; needed with AIRFLOW_URL")
    airflow_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="loopback port of the Airflow that runs here; 0: 8080, or any free one if that is taken",
    )

    alert_webhook_url: SecretStr | None = Field(None, description="where alerts are also posted")

    app_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="address on which the page listens; any but loopback needs ADMIN_PASSWORD",
    )
    app_port: int = Field(3000, ge=1, le=65535, description="port of the page")
    app_allowed_hosts: str = Field(
        "",
        description="comma-separated host names by which browsers may ask for the page, besides loopback and APP_HOST",
    )
    admin_password: SecretStr | None = Field(
        None,
        min_length=8,
        description="password of the user admin, who may start runs; unset: generated (loopback only)",
    )
    api_token: SecretStr | None = Field(
        None, min_length=16, description="bearer token for writes through the REST API; unset: generated"
    )

    api_client_rate: int = Field(
        1_200, ge=1, le=10_000_000, description="requests a minute that one address may make to the REST API"
    )
    api_token_rate: int = Field(
        6_000, ge=1, le=10_000_000, description="requests a minute with the API token, from all addresses together"
    )
    api_cors_origins: str = Field(
        "",
        description="comma-separated origins (https://host:port) whose scripts may call the REST API; unset: none",
    )

    sim_customers: int = Field(20_000, ge=50, le=5_000_000, description="customers of the company at its first start")
    sim_products: int = Field(1_500, ge=8, le=30_000, description="products")
    sim_stores: int = Field(12, ge=1, le=2_000, description="stores")
    sim_days: int = Field(365, ge=1, le=3_650, description="days of history made at the first start, ending yesterday")
    sim_seed: int = Field(42, ge=0, le=2**32 - 1, description="seed of everything random")
    sim_shards: int = Field(1, ge=1, le=1_000, description="tasks in which a day is simulated")
    sim_pace: float = Field(1.0, gt=0, le=1_440, description="world minutes in a real minute in live mode")

    @classmethod
    def load(cls, **values: Any) -> Self:
        """Read the environment and `.env`; explicit `values` win.

        Raises:
            SettingsError: a value is missing, malformed or out of bounds; the message names it.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError("; ".join(_problem(detail) for detail in error.errors())) from None

    @field_validator("state_dir", "db_sslrootcert")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        value = value.expanduser()
        return value if value.is_absolute() else ROOT / value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        needs = [
            (self.db_host and not self.db_password, "DB_PASSWORD is needed when DB_HOST is set"),
            (
                self.db_sslmode in {"verify-ca", "verify-full"} and not self.db_sslrootcert,
                f"DB_SSLROOTCERT is needed with DB_SSLMODE={self.db_sslmode}",
            ),
            (
                self.warehouse == "clickhouse" and not self.clickhouse_host,
                "CLICKHOUSE_HOST is needed with WAREHOUSE=clickhouse",
            ),
            (
                self.warehouse == "snowflake" and not (self.snowflake_account and self.snowflake_user),
                "SNOWFLAKE_ACCOUNT and SNOWFLAKE_USER are needed with WAREHOUSE=snowflake",
            ),
            (self.airflow_url and not self.airflow_password, "AIRFLOW_PASSWORD is needed when AIRFLOW_URL is set"),
            (
                not self.on_loopback and not self.admin_password,
                f"ADMIN_PASSWORD is needed when APP_HOST={self.app_host} is not a loopback address",
            ),
        ]
        for missing, message in needs:
            if missing:
                raise ValueError(message)
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether the page listens on this machine alone."""
        if self.app_host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.app_host).is_loopback
        except ValueError:
            return False

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names that requests may carry (a rebound DNS name is none of them)."""
        extra = [host.strip() for host in self.app_allowed_hosts.split(",") if host.strip()]
        own = [] if self.app_host in {"0.0.0.0", "::"} else [self.app_host]
        return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", *own, *extra]))

    @property
    def cors_origins(self) -> list[str]:
        """The origins whose scripts may call the REST API, as browsers write them."""
        return [origin.strip().rstrip("/") for origin in self.api_cors_origins.split(",") if origin.strip()]

    @property
    def app_url(self) -> str:
        """The address to open in a browser on this machine."""
        wildcard = self.app_host in {"0.0.0.0", "::"}
        host = "127.0.0.1" if wildcard else self.app_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.app_port}"

    @property
    def embedded_database(self) -> bool:
        """Whether the product brings up its own PostgreSQL for the company's data."""
        return self.db_host is None

    @property
    def supervised_airflow(self) -> bool:
        """Whether the product brings up its own Airflow."""
        return self.airflow_url is None

    def secret(self, name: str) -> str:
        """A secret by its setting's name: the chosen value, or one generated into the state directory."""
        chosen = getattr(self, name, None)
        if isinstance(chosen, SecretStr):
            return chosen.get_secret_value()
        return generated(self.state_dir / "secrets", name)


def _problem(detail: Any) -> str:
    """One plain sentence for one validation error."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:
        return message
    return f"{str(detail['loc'][0]).upper()}: {message[0].lower()}{message[1:]}"
