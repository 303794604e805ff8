"""Everything a user can set, as one frozen value: from `FKS_*` variables, a TOML file, or flags, in that order of
strength from weakest to strongest: file, environment, flag.

Settings are data; live things are in `Deps`. Nothing below this file reads the environment.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from fks_agents import policy as policies
from fks_agents._serving_settings import Serving
from fks_agents._unfit import expected
from fks_agents.contracts import Fraction, NonNegative, Positive, Timeframe
from fks_agents.errors import ConfigError, UsageError
from fks_agents.policy import Policy

PREFIX = "FKS_"
NOT_SETTINGS = ("FKS_CONFIG", "FKS_PURE", "FKS_TEST_")
"""Variables that begin like settings and are none: the file's path, the plain core, switches of our tests."""


_NOT_DECIDING = {
    "home", "database_url", "log_level", "headlines", "documents", "knowledge", "account", "model_endpoints",
    "model_concurrency", "call_cache",
}  # fmt: skip


class Settings(Serving):
    """One field for each setting; its description is what `fks init` writes beside it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        validate_default=True,
        allow_inf_nan=False,
    )

    # --- where things lie
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("fks-agents")),
        description="Folder of the ledger, the bars, the memory index and the reports",
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy URL of the ledger; empty means SQLite in the home folder"
    )
    memory_server: str = Field(
        "",
        description="Address of a Chroma server for the memory index, like http://127.0.0.1:8000; empty means a child "
        "process with its files in the home folder",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="Least level that is logged")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="How log lines look; auto: for people on a terminal, JSON elsewhere"
    )
    tracing_endpoint: str = Field(
        "",
        description="Address traces are sent to, as OTLP over HTTP (extra `tracing`), like http://127.0.0.1:4318; "
        "empty means none are made",
    )

    # --- what is studied
    source: str = Field("sample", description="sample | csv:PATH | parquet:PATH | ccxt:EXCHANGE")
    timeframe: Timeframe = Field("1d", description="Bar length of the decision")
    higher_timeframe: Timeframe = Field("1w", description="Second timeframe of the facts; longer than `timeframe`")
    bars: Annotated[int, Field(ge=250, le=20_000)] = Field(600, description="Closed bars read before each decision")
    headlines: Path | None = Field(None, description="JSONL file of dated headlines for the sentiment analyst")
    documents: Path | None = Field(
        None, description="JSONL file or folder of dated documents for the research crew (extra `crew`)"
    )
    min_quality: Annotated[float, Field(ge=0, le=100)] = Field(
        60.0, description="Data quality (0-100) below which nothing is decided"
    )
    detectors: tuple[str, ...] = Field(("swings", "fvg"), description="Market-structure detectors to run")
    forecasters: tuple[str, ...] = Field(
        ("random_walk", "drift", "ewma"), description="Forecasters to run and score against the random walk"
    )
    horizon: Annotated[int, Field(ge=1, le=250)] = Field(10, description="Bars a decision looks ahead")

    # --- who thinks
    model: str = Field(
        "rules",
        description="rules | ollama:NAME | local:NAME_OR_PATH | recorded:NAME_OR_PATH | PROVIDER:NAME; for every role "
        "not named below",
    )
    model_quick: str = Field("", description="Model of the analysts; empty means `model`")
    model_deep: str = Field("", description="Model of debaters, manager and personas; empty means `model`")
    model_judge: str = Field(
        "",
        description="Model of the gate's judges; empty means one of the above, another than the debaters' where there "
        "is one; rules: no judge model",
    )
    model_judge_2: str = Field("", description="A second judge model; several judge by quorum")
    model_judge_3: str = Field("", description="A third judge model")
    on_model_failure: Literal["abstain", "rules"] = Field(
        "abstain",
        description="What an agent does when its model fails: abstain, or fall back to its rules view (marked)",
    )
    model_timeout: Positive = Field(120.0, description="Seconds one model call may take")
    model_context: Annotated[int, Field(ge=0)] = Field(
        0, description="Context an Ollama or local model is given, in tokens; 0 means room for the longest prompt"
    )
    model_threads: Annotated[int, Field(ge=0)] = Field(
        0, description="Processor threads of a local model; 0 means half of what there are"
    )
    model_thinking: bool = Field(
        default=True,
        description="Whether an Ollama model that can think does so first; its thoughts are recorded apart",
    )
    model_keep_alive: str = Field(
        "30m", description="How long Ollama keeps a model loaded after a call: 30m, 1h; -1m: for good"
    )
    model_attempts: Annotated[int, Field(ge=1, le=3)] = Field(3, description="Tries for one readable answer")
    model_endpoints: tuple[str, ...] = Field(
        (),
        description="Ollama servers, by address; PROVIDER=URL names another provider's; empty means the usual one",
    )
    model_concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        4, description="Calls that one of these servers is given at a time; further ones wait"
    )
    model_samples: Annotated[int, Field(ge=1, le=9)] = Field(
        1, description="Answers asked of manager and personas; the share that agrees caps their conviction"
    )
    temperature: NonNegative = Field(0.0, description="Sampling temperature")
    seed: int = Field(7, description="Seed of everything random")
    max_rounds: Annotated[int, Field(ge=1, le=5)] = Field(3, description="Most rounds of debate, in any regime")
    max_prompt_tokens: Annotated[int, Field(ge=500, le=8_000)] = Field(8_000, description="Longest prompt, in tokens")
    max_answer_tokens: Annotated[int, Field(ge=64)] = Field(
        2_048, description="Longest answer of an Ollama or local model, in tokens; one cut off there is an error"
    )
    max_tool_calls: Annotated[int, Field(ge=0, le=20)] = Field(
        0, description="Things an analyst's model may look up before it answers; 0 means none, and shorter prompts"
    )
    max_tool_seconds: Positive = Field(120.0, description="Seconds an analyst's model may take over looking things up")
    text_caution: Fraction = Field(
        0.0,
        description="How far views that rest on outside text alone lower the conviction of a trade they speak against; "
        "they never raise one",
    )
    max_tokens_per_decision: Annotated[int, Field(ge=1_000)] = Field(
        200_000, description="Tokens all calls of one decision may use, prompts and answers"
    )
    max_tokens_per_role: Annotated[int, Field(ge=0)] = Field(
        0, description="Tokens the calls of one role may use in a decision; 0 means as many as the decision may"
    )
    max_tokens_per_day: Annotated[int, Field(ge=0)] = Field(
        0, description="Tokens all decisions of one day (UTC) may use, over all processes; 0 means no limit"
    )
    max_seconds_per_decision: NonNegative = Field(
        0.0, description="Seconds of model time all calls of one decision may use, added up; 0 means no limit"
    )
    max_seconds_per_role: NonNegative = Field(
        0.0, description="Seconds of model time one role may use in a decision; 0 means no limit"
    )
    max_seconds_per_day: NonNegative = Field(
        0.0, description="Seconds of model time all decisions of one day (UTC) may use; 0 means no limit"
    )
    max_money_per_decision: NonNegative = Field(
        0.0, description="US dollars all calls of one decision may cost; 0 means no limit"
    )
    max_money_per_role: NonNegative = Field(
        0.0, description="US dollars the calls of one role may cost in a decision; 0 means no limit"
    )
    max_money_per_day: NonNegative = Field(
        0.0, description="US dollars all decisions of one day (UTC) may cost, over all processes; 0 means no limit"
    )
    on_budget: tuple[Literal["samples", "rounds", "rules"], ...] = Field(
        ("samples", "rounds", "rules"),
        description="What gives way where a budget runs short: samples, then rounds of debate, then models (their "
        "role's rules speak instead, marked); what is not named here does not give way, and its agent abstains",
    )
    call_cache: bool = Field(
        default=True,
        description="Whether a question that another decision of this ledger asked with the same settings is answered "
        "from its record",
    )
    memory: bool = Field(default=True, description="Whether agents read and write lessons")
    memory_lessons: Annotated[int, Field(ge=0, le=20)] = Field(3, description="Lessons shown to one agent")
    knowledge: Path | None = Field(None, description="Folder of dated documents that the knowledge judge may cite")

    # --- what is allowed
    policy: Annotated[Policy, NoDecode] = Field(
        default_factory=policies.shipped,
        description="TOML file that says which checks and judges decide over which action; empty means the shipped one",
    )
    account: str = Field(
        "",
        description="Paper account; empty means one for each source (now) or one for each decision (about the past)",
    )
    cash: Positive = Field(100_000.0, description="Cash a new paper account starts with")
    sizing: Literal["fixed_fractional", "volatility", "half_kelly"] = Field(
        "fixed_fractional", description="How the quantity is computed"
    )
    max_position: Fraction = Field(0.25, description="Largest position, as a fraction of equity")
    max_daily_loss: Fraction = Field(0.05, description="Loss since yesterday's close at which trading stops")
    max_drawdown: Fraction = Field(0.15, description="Drawdown from the highest equity at which trading stops")
    max_losing_streak: Annotated[int, Field(ge=1)] = Field(5, description="Losses in a row at which trading stops")
    min_seconds_between_trades: NonNegative = Field(300.0, description="Least time between two entries")
    min_conviction: Fraction = Field(0.6, description="Conviction below which nothing is traded")
    fee: Fraction = Field(0.001, description="Fee of a fill, as a fraction of its value")
    slippage: Fraction = Field(0.0005, description="Slippage of stop and market fills, as a fraction of the price")
    tick: Positive = Field(0.01, description="Smallest price step")
    lot: Positive = Field(0.0001, description="Smallest quantity step")

    @field_validator("policy", mode="before")
    @classmethod
    def _is_read_once(cls, policy: object) -> object:
        """A path is read here: what a decision was judged by is recorded with it, and does not change with the file."""
        if policy == "":
            return policies.shipped()
        try:
            return policies.load(Path(policy).expanduser()) if isinstance(policy, str | Path) else policy
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @field_validator("headlines", "documents", "knowledge", mode="before")
    @classmethod
    def _empty_is_none(cls, path: object) -> object:
        return None if path == "" else path  # TOML has no null; the template writes ""

    @field_validator("knowledge")
    @classmethod
    def _is_found_from_elsewhere(cls, folder: Path | None) -> Path | None:
        return folder and folder.expanduser().absolute()

    @field_validator("tracing_endpoint", "memory_server")
    @classmethod
    def _is_an_address(cls, endpoint: str) -> str:
        return next(iter(cls._are_addresses((endpoint,)))) if endpoint else ""

    @field_validator("model_endpoints")
    @classmethod
    def _are_addresses(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for _, address in map(_endpoint, entries):
            scheme, _, rest = address.partition("://")
            if scheme not in ("http", "https") or not rest:
                raise ValueError(f"expected addresses like http://gpu1:11434, was {address!r}")
            if "@" in rest.partition("/")[0]:
                # Settings are recorded with each decision.
                raise ValueError("expected an address without a password; keys belong in the environment")
        return entries

    @field_validator("higher_timeframe")
    @classmethod
    def _is_longer(cls, higher: Timeframe, info: Any) -> Timeframe:
        from fks_agents.bars import SECONDS

        base = info.data.get("timeframe")
        if base is not None and SECONDS[higher] <= SECONDS[base]:
            longer = [name for name in SECONDS if SECONDS[name] > SECONDS[base]]
            raise ValueError(
                f"expected one longer than timeframe {base!r} ({', '.join(longer) or 'none'}), was {higher!r}"
            )
        return higher

    @model_validator(mode="after")
    def _nobody_judges_what_he_said(self) -> Self:
        deep, quick = self.named_model("deep"), self.named_model("quick")
        if self.model_judge == deep != quick and quick != "rules" != deep:
            raise ValueError(
                f"model_judge: expected another model than the debaters' ({deep}), as {quick} is there too"
            )
        return self

    @model_validator(mode="after")
    def _paths_are_absolute(self) -> Self:
        """What is recorded with a decision must be found again from another folder."""
        object.__setattr__(self, "home", self.home.expanduser().absolute())
        kind, _, argument = self.source.partition(":")
        path, mark, options = argument.partition("?")
        if path and Path(path).expanduser().exists():
            object.__setattr__(self, "source", f"{kind}:{Path(path).expanduser().absolute()}{mark}{options}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, dotenv_settings, file_secret_settings
        return init_settings, env_settings

    def having(self, **changes: Any) -> Settings:
        """These settings with some changed; raises UsageError where they no longer fit together."""
        try:
            return Settings.model_validate({name: getattr(self, name) for name in Settings.model_fields} | changes)
        except ValidationError as error:
            raise UsageError("; ".join(_lines(error))) from None

    def named_model(self, role: Literal["quick", "deep", "judge", "judge_2", "judge_3"]) -> str:
        """The model of a role; `rules` where it has none."""
        match role:
            case "quick":
                return self.model_quick or self.model
            case "deep":
                return self.model_deep or self.model
            case "judge":
                deep = self.named_model("deep")
                others = (name for name in (self.named_model("quick"), self.model) if name not in ("rules", deep))
                return self.model_judge or next(others, deep)
            case "judge_2":
                return self.model_judge_2 or "rules"
            case "judge_3":
                return self.model_judge_3 or "rules"

    def endpoints(self, provider: str) -> tuple[str, ...]:
        """Addresses of the servers that have that provider's models; empty means the usual one."""
        return tuple(address for of, address in map(_endpoint, self.model_endpoints) if of == provider)

    @property
    def digest(self) -> str:
        """sha256 (16 digits) of every setting that can change a decision; paths, addresses and logging do not enter."""
        said = self.model_dump_json(exclude={*_NOT_DECIDING, *places()})
        return sha256(said.encode()).hexdigest()[:16]


def places() -> frozenset[str]:
    """Settings that say where things lie and how they are served: they are this machine's, not a decision's."""
    return frozenset(
        {"home", "database_url", "memory_server", "log_level", "log_format", "tracing_endpoint", *Serving.model_fields}
    )


def _endpoint(entry: str) -> tuple[str, str]:
    """Provider and address of `PROVIDER=URL`; a URL alone is an Ollama server's."""
    provider, mark, address = entry.partition("=")
    return (provider, address) if mark and "://" not in provider else ("ollama", entry)


def config_files() -> tuple[Path, ...]:
    """Where a settings file is looked for; the first that exists is read."""
    if named := os.environ.get("FKS_CONFIG"):
        return (Path(named),)
    return (Path("fks.toml"), Path(platformdirs.user_config_dir("fks-agents")) / "config.toml")


_SPEAKING = ("model_quick", "model_deep")
_JUDGING = ("model_judge", "model_judge_2", "model_judge_3")


def load(**flags: Any) -> Settings:
    """Read file, environment and flags; raises ConfigError naming each unknown key or unfit value, never a secret."""
    known = Settings.model_fields
    stray = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX)
        and not name.startswith(NOT_SETTINGS)
        and name.removeprefix(PREFIX).lower() not in known
    )
    if stray:
        raise ConfigError(f"unknown setting {stray[0]!r} in the environment; `fks init --print` lists the known ones")
    given = {name: value for name, value in flags.items() if value is not None}
    if "model" in given:
        given = dict.fromkeys(_overruled(given["model"]), "") | given
    in_environment = {name for name in known if os.environ.get(f"{PREFIX}{name.upper()}")}
    weaker = _overruled(os.environ[f"{PREFIX}MODEL"]) if "model" in in_environment else ()
    for name, value in _from_file().items():
        if name not in known:
            raise ConfigError(f"unknown setting {name!r} in {_file()}; `fks init --print` lists the known ones")
        if name not in in_environment and name not in weaker:
            given.setdefault(name, value)
    try:
        return Settings(**given)
    except ValidationError as error:
        raise ConfigError("; ".join(_lines(error))) from None
    except SettingsError:  # its text quotes what may be secret
        raise ConfigError("; ".join(_no_lists(in_environment))) from None


def _no_lists(names: Collection[str]) -> list[str]:
    """Of variables that a list is read from and that are no JSON."""
    lines = []
    for name in sorted(names):
        if get_origin(Settings.model_fields[name].annotation) is tuple:
            given = os.environ[f"{PREFIX}{name.upper()}"]
            try:
                json.loads(given)
            except ValueError:
                was = "" if _is_secret(name) else f", was {given!r}"
                lines.append(f'{name}: expected a JSON list like ["a"] in {PREFIX}{name.upper()}{was}')
    return lines


def _overruled(model: str) -> tuple[str, ...]:
    """What a model for all roles leaves nothing of, where a weaker source names it: `rules` asks no judge either."""
    return (*_SPEAKING, *_JUDGING) if model == "rules" else _SPEAKING


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown setting {name!r}")
        elif problem["type"] == "value_error":
            # Our own validators say themselves what the value was.
            lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
        else:
            was = "" if _is_secret(name) else f", was {problem['input']!r}"
            lines.append(f"{name}: {expected(problem)}{was}")
    return lines


def _is_secret(name: str) -> bool:
    field = Settings.model_fields.get(name)
    return field is not None and SecretStr in (field.annotation, *get_args(field.annotation))


def _file() -> Path | None:
    found = [path for path in config_files() if path.is_file()]
    if not found and "FKS_CONFIG" in os.environ:
        raise ConfigError(f"FKS_CONFIG names {os.environ['FKS_CONFIG']!r}, which is not a file")
    return found[0] if found else None


def _from_file() -> dict[str, Any]:
    path = _file()
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error


def template(**chosen: object) -> str:
    """A TOML file with every setting at its default, commented out; `chosen` ones are set."""
    lines = [
        "# fks-agents settings. Uncomment what you change. FKS_<NAME> in the environment and flags are stronger.",
        "",
    ]
    # Stable: what decides first, how it is served last.
    for name, field in sorted(Settings.model_fields.items(), key=lambda item: item[0] in Serving.model_fields):
        value = chosen.get(name, field.get_default(call_default_factory=True))
        lines += [f"# {field.description}", f"{'' if name in chosen else '# '}{name} = {_toml(value)}", ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    match value:
        case None | SecretStr() | Policy():
            return '""'
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case int() | float():
            return repr(value)
        case _:
            return f'"{value}"'
