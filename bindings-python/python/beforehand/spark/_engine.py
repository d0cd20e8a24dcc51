"""How a call reaches the parts of a Spark data frame."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _native as native
from .._errors import InvalidDataError, InvalidOptionsError
from .._history import Columns, names_of
from .._model import Model
from .._values import to_json

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame
    from pyspark.sql.group import GroupedData

# The column that says to which part a row belongs.
_PART = "__beforehand_part"


def model(frame: DataFrame, columns: Columns | None, time_zone: str, n_parts: int | None, arguments: Mapping[str, Any]) -> Model:
    """Fits in rounds: a question to every part, the answers united, until the model is there."""
    names, options = names_of(columns), json.dumps({"time_zone": time_zone})
    fitting = native.Fitting(to_json(arguments), options)
    needed = _needed(frame, names).persist()
    try:
        fitted = None
        while fitted is None:
            question = frame.sparkSession.sparkContext.broadcast(fitting.question())
            names_json = json.dumps(names)

            def answer(part: pyarrow.Table, question: Any = question, names_json: str = names_json) -> pyarrow.Table:
                import pyarrow

                said = native.Fitting.answer(part, names_json, options, question.value)
                return pyarrow.table({"answer": pyarrow.array([said], pyarrow.binary())})

            rows = _apply(_divided(needed, names, n_parts), answer, "answer binary").collect()
            fitted = fitting.take([bytes(row["answer"]) for row in rows])
            question.destroy()
    finally:
        needed.unpersist()
    return Model._of(fitted, columns)


def table(
    model: Model,
    frame: DataFrame,
    name: str,
    columns: Columns | None,
    time_zone: str | None,
    n_parts: int | None,
    arguments: Mapping[str, Any],
) -> DataFrame:
    """Answers part by part."""
    names, options, text = (
        names_of(columns or model._columns),
        json.dumps({"time_zone": time_zone or model.time_zone}),
        to_json(arguments),
    )
    native.check_parts(name, text)
    needed = _needed(frame, names)
    sent = frame.sparkSession.sparkContext.broadcast(model.to_bytes())
    names_json = json.dumps(names)

    def answer(part: pyarrow.Table) -> pyarrow.Table:
        read = native.History.from_arrow(part, names_json, options)
        return _plain(native.call(name, text, native.Model.from_bytes(sent.value), read))

    # The types of the answer depend on those of the identifiers: asked of a part without a purchase before `as_of`.
    schema = _schema(answer(_probe(needed, names)))
    return _apply(_divided(needed, names, n_parts), answer, schema)


def _needed(frame: DataFrame, names: Mapping[str, str | None]) -> DataFrame:
    """The columns that matter."""
    for what in ("customer", "time", "item"):
        if names[what] not in frame.columns:
            listed = ", ".join(map(repr, frame.columns))
            message = f"the frame has no column {names[what]!r} (for {what}); the columns are {listed}"
            raise InvalidDataError(message, names[what])
    return frame.select(*[name for name in names.values() if name in frame.columns])


def _divided(frame: DataFrame, names: Mapping[str, str | None], n_parts: int | None) -> GroupedData:
    """Customers by a hash, whatever type their identifiers have."""
    from pyspark.sql import functions as f

    n = 4 * frame.sparkSession.sparkContext.defaultParallelism if n_parts is None else n_parts
    if n < 1:
        raise InvalidOptionsError(f"n_parts is {n}; allowed are 1 and more", "n_parts")
    part = f.pmod(f.xxhash64(f.col(str(names["customer"])).cast("string")), f.lit(n)).cast("int")
    return frame.withColumn(_PART, part).groupBy(_PART)


def _apply(parts: GroupedData, answer: Callable[[Any], Any], schema: Any) -> DataFrame:
    def work(part: pyarrow.Table) -> pyarrow.Table:
        return answer(part.drop_columns([_PART]))

    return parts.applyInArrow(work, schema)


def _probe(frame: DataFrame, names: Mapping[str, str | None]) -> pyarrow.Table:
    """One purchase at the end of time, so that a forecast knows the types and says nothing."""
    import pyarrow
    from pyspark.sql.pandas.types import to_arrow_schema

    wanted = [str(names[what]) for what in ("customer", "item")]
    schema = to_arrow_schema(frame.select(*wanted).schema)
    columns: dict[str, Any] = {
        name: pyarrow.array([0 if pyarrow.types.is_integer(schema.field(name).type) else "0"], schema.field(name).type)
        for name in wanted
    }
    columns[str(names["time"])] = pyarrow.array(["2199-12-31"])
    return pyarrow.table(columns)


def _plain(answer: native.Table) -> pyarrow.Table:
    """A table in types that Spark knows."""
    import pyarrow

    given = pyarrow.table(answer)
    plain = []
    for field in given.schema:
        kind = field.type
        if pyarrow.types.is_dictionary(kind) or pyarrow.types.is_large_string(kind):
            kind = pyarrow.string()
        elif pyarrow.types.is_uint32(kind):
            kind = pyarrow.int64()
        plain.append(field.with_type(kind))
    return given.cast(pyarrow.schema(plain))


def _schema(answer: pyarrow.Table) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(answer.schema)
