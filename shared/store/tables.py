"""The tables every service's schema has beside its own: log, outbox, inbox, parked facts, given answers."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """The metadata of one service's schema, with the shelf's tables in it."""
    metadata = MetaData(naming_convention=NAMING)
    for declare in (_event_log, _outbox, _inbox, _parked, _idempotency):
        declare(metadata)
    return metadata


def _at(name: str, *, default: bool = True) -> Column[object]:
    server_default = func.now() if default else None
    return Column(name, DateTime(timezone=True), nullable=False, server_default=server_default)


def _event_log(metadata: MetaData) -> None:
    """Append-only, by month: every fact once with its payload; what a lost broker is refilled from.

    Column names follow Debezium's outbox router, so that it could take the relay's place.
    """
    Table(
        "event_log",
        metadata,
        Column("recorded_at", DateTime(timezone=True), primary_key=True, server_default=func.now()),
        Column("id", Uuid, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("aggregatetype", Text, nullable=False),
        Column("aggregateid", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        _at("time", default=False),
        Column("source", Text, nullable=False),
        Column("causation_id", Text, nullable=False),
        Column("correlation_id", Text, nullable=False),
        Column("traceparent", Text),
        Column("payload", JSON, nullable=False),
        postgresql_partition_by="RANGE (recorded_at)",
    )


def _outbox(metadata: MetaData) -> None:
    """Small rows of what is not sent yet; a relay that owns the shard sends and deletes them in order."""
    Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("shard", SmallInteger, nullable=False),
        Column("id", Uuid, nullable=False),
        _at("recorded_at"),
    )


def _inbox(metadata: MetaData) -> None:
    """What a consumer has heard; a second row of the same event is a duplicate."""
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    )


def _parked(metadata: MetaData) -> None:
    """Facts that cannot be handled, and those of the same key that wait behind them."""
    Table(
        "parked",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("value", LargeBinary),
        Column("reason", Text, nullable=False),
        Column("behind", Boolean, nullable=False),
        _at("parked_at"),
        Index(None, "consumer", "key"),
    )


def _idempotency(metadata: MetaData) -> None:
    """Answers already given, by caller and Idempotency-Key."""
    Table(
        "idempotency",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("body", LargeBinary, nullable=False),
        _at("created_at"),
    )
