//! What the core defines, read from its JSON schemas: types of options and results, and calls.

use std::collections::BTreeSet;

use beforehand::surface::{AnswerKind, CALLS, ColumnDoc, Data};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::docs;

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A text.
    Text,
    /// A text with a form of its own, by the name of the form: a date or a time of day.
    Form(&'static str),
    /// An instant in time.
    Instant,
    /// An identifier: a whole number or a text.
    Id,
    /// Values of one type.
    List(Box<Type>),
    /// A fixed number of values.
    Tuple(Vec<Type>),
    /// Values by name.
    Map(Box<Type>),
    /// A value or nothing.
    Optional(Box<Type>),
    /// A table as columns by name, in whatever form a language has one.
    Table,
    /// A definition of its own.
    Named(String),
}

/// A field of a structure.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, `snake_case`.
    pub name: String,
    /// What it says.
    pub doc: String,
    /// What it holds.
    pub ty: Type,
    /// What it is when it is not given; `None` when it must be given (or always is, in results).
    pub default: Option<Value>,
}

/// A definition.
#[derive(Debug, Clone)]
pub enum Definition {
    /// Fields.
    Struct(Vec<Field>),
    /// One of several words.
    Words(Vec<(String, String)>),
    /// One of several structures, told apart by the word in a field of that name.
    Union {
        /// The field.
        tag: String,
        /// The words, each with the name of its structure.
        variants: Vec<(String, String)>,
    },
}

/// A definition with its name.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub doc: String,
    /// What it is.
    pub definition: Definition,
}

/// A call with its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name, `snake_case`.
    pub name: &'static str,
    /// What it does.
    pub doc: String,
    /// Whether it is made on a model.
    pub on_model: bool,
    /// Whether it looks at a history.
    pub data: Data,
    /// Whether it may take long.
    pub is_long: bool,
    /// Whether the answer comes with words.
    pub has_words: bool,
    /// Its arguments. The fields of a structure of options stand here one by one, each with the name of that argument.
    pub arguments: Vec<Argument>,
    /// What it answers.
    pub answer: Answer,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The argument it is a field of, if it stands for a part of one.
    pub group: Option<String>,
    /// Name, documentation, type and default.
    pub field: Field,
}

/// What a call answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A model.
    Model,
    /// A table of these columns.
    Table(&'static [ColumnDoc]),
    /// A value of a type.
    Value(Type),
    /// A text.
    Text,
}

/// Everything the core defines.
#[derive(Debug)]
pub struct Definitions {
    /// The definitions, by name, in alphabetical order.
    pub types: Vec<Named>,
    /// The calls in the order of the documentation.
    pub calls: Vec<Call>,
    /// The schemas as they are published.
    pub schema: Value,
    inputs: BTreeSet<String>,
    outputs: BTreeSet<String>,
}

impl Definitions {
    /// Reads what the core defines today.
    ///
    /// # Panics
    /// When a schema has a form that no generator here knows.
    #[must_use]
    pub fn read() -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut calls = Vec::new();
        for call in CALLS {
            let (arguments, value) = (call.schemas)(&mut generator);
            calls.push((call, reference(arguments.as_value()), value.map(schemars::Schema::to_value)));
        }
        for root in ROOTS {
            root(&mut generator);
        }
        let definitions = generator.take_definitions(true);
        let types: Vec<Named> = definitions.iter().filter_map(|(name, schema)| named(name, schema)).collect();
        let find = |name: &str| {
            types.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("there is no definition of {name}"))
        };
        let calls: Vec<Call> = calls
            .into_iter()
            .map(|(call, arguments, value)| Call {
                name: call.name,
                doc: find(&arguments).doc.clone(),
                on_model: call.on_model,
                data: call.data,
                is_long: call.is_long,
                has_words: call.has_words,
                arguments: flat(find(&arguments), &find),
                answer: match call.answer {
                    AnswerKind::Model => Answer::Model,
                    AnswerKind::Table(columns) => Answer::Table(columns),
                    AnswerKind::Text => Answer::Text,
                    AnswerKind::Value => {
                        Answer::Value(type_of(&value.unwrap_or_else(|| panic!("{} has no schema", call.name))))
                    }
                },
            })
            .collect();
        let mut out = Self {
            schema: serde_json::json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions }),
            inputs: BTreeSet::new(),
            outputs: BTreeSet::new(),
            types: Vec::new(),
            calls,
        };
        out.types = types;
        out.trace();
        out
    }

    /// A definition by name.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &Named {
        self.types.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("there is no definition of {name}"))
    }

    /// Whether a definition is given to calls.
    #[must_use]
    pub fn is_input(&self, name: &str) -> bool {
        self.inputs.contains(name)
    }

    /// Whether a definition is answered by calls.
    #[must_use]
    pub fn is_output(&self, name: &str) -> bool {
        self.outputs.contains(name)
    }

    /// Follows the types that calls take and give.
    fn trace(&mut self) {
        let arguments = self.calls.iter().flat_map(|call| call.arguments.iter().map(|a| a.field.ty.clone()));
        let inputs: Vec<Type> = arguments.collect();
        let mut outputs: Vec<Type> = vec![Type::Named("IngestReport".to_owned())];
        outputs.extend(self.calls.iter().filter_map(|call| match &call.answer {
            Answer::Value(ty) => Some(ty.clone()),
            _ => None,
        }));
        self.inputs = self.reach(inputs);
        self.outputs = self.reach(outputs);
    }

    fn reach(&self, mut open: Vec<Type>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        while let Some(ty) = open.pop() {
            match ty {
                Type::List(of) | Type::Map(of) | Type::Optional(of) => open.push(*of),
                Type::Tuple(of) => open.extend(of),
                Type::Named(name) if found.insert(name.clone()) => match &self.get(&name).definition {
                    Definition::Struct(fields) => open.extend(fields.iter().map(|f| f.ty.clone())),
                    Definition::Union { variants, .. } => {
                        open.extend(variants.iter().map(|(_, of)| Type::Named(of.clone())));
                    }
                    Definition::Words(_) => {}
                },
                _ => {}
            }
        }
        found
    }
}

/// Types that no call names but every package needs.
const ROOTS: [fn(&mut SchemaGenerator); 5] = [
    root::<beforehand::IngestOptions>,
    root::<beforehand::ColumnNames>,
    root::<beforehand::IngestReport>,
    root::<beforehand::Event>,
    root::<beforehand::ErrorCode>,
];

fn root<T: JsonSchema>(generator: &mut SchemaGenerator) {
    let _ = generator.subschema_for::<T>();
}

/// The arguments one by one: structures of options give way to their fields.
fn flat<'a>(arguments: &Named, find: &impl Fn(&str) -> &'a Named) -> Vec<Argument> {
    let Definition::Struct(fields) = &arguments.definition else { panic!("{} has no fields", arguments.name) };
    let mut out: Vec<Argument> = Vec::new();
    for field in fields {
        match &field.ty {
            Type::Named(name) if name.ends_with("Options") => {
                let Definition::Struct(options) = &find(name).definition else { panic!("{name} has no fields") };
                let group = Some(field.name.clone());
                out.extend(options.iter().map(|field| Argument { group: group.clone(), field: field.clone() }));
            }
            _ => out.push(Argument { group: None, field: field.clone() }),
        }
    }
    for (i, argument) in out.iter().enumerate() {
        let twice = out[..i].iter().any(|a| a.field.name == argument.field.name);
        assert!(!twice, "{} has two arguments {:?}; rename one", arguments.name, argument.field.name);
    }
    out
}

/// A definition; `None` for those that are a type of their own in every language.
fn named(name: &str, schema: &Value) -> Option<Named> {
    if matches!(name, "EventId" | "Timestamp" | "ContractTable") || FORMS.contains(&name) {
        return None;
    }
    let doc = docs::clean(text(schema, "description"));
    let definition = if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        Definition::Struct(fields(properties, schema))
    } else if let Some(union) = union(schema) {
        union
    } else if let Some(words) = schema.get("oneOf").and_then(Value::as_array) {
        let word = |w: &Value| (text(w, "const").to_owned(), docs::clean(text(w, "description")));
        Definition::Words(words.iter().map(word).collect())
    } else if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        Definition::Words(words.iter().map(|w| (w.as_str().unwrap_or_default().to_owned(), String::new())).collect())
    } else if schema.get("type") == Some(&Value::from("object")) {
        Definition::Struct(Vec::new())
    } else {
        panic!("{name} has a schema of an unknown form: {schema}");
    };
    Some(Named { name: name.to_owned(), doc, definition })
}

/// Structures told apart by a word: each a reference, with the word in a field.
fn union(schema: &Value) -> Option<Definition> {
    let mut tag = String::new();
    let variant = |one: &Value| {
        let of = one.get("$ref").map(|_| reference(one))?;
        let (field, word) = one.get("properties")?.as_object()?.iter().next()?;
        tag.clone_from(field);
        Some((text(word, "const").to_owned(), of))
    };
    let variants = schema.get("oneOf")?.as_array()?.iter().map(variant).collect::<Option<Vec<_>>>()?;
    Some(Definition::Union { tag, variants })
}

/// Definitions that are texts with a form of their own.
const FORMS: [&str; 2] = ["TimeOfDay", "CivilDate"];

fn fields(properties: &Map<String, Value>, schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let field = |(name, schema): (&String, &Value)| {
        let default = schema.get("default").cloned();
        let default = default.or_else(|| (!required.contains(&name.as_str())).then_some(Value::Null));
        let default = if required.contains(&name.as_str()) { None } else { default };
        Field { name: name.clone(), doc: docs::clean(text(schema, "description")), ty: type_of(schema), default }
    };
    properties.iter().map(field).collect()
}

fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn reference(schema: &Value) -> String {
    text(schema, "$ref").rsplit('/').next().unwrap_or_default().to_owned()
}

fn type_of(schema: &Value) -> Type {
    if schema.get("$ref").is_some() {
        return match reference(schema).as_str() {
            "EventId" => Type::Id,
            "Timestamp" => Type::Instant,
            "ContractTable" => Type::Table,
            name => {
                let form = FORMS.into_iter().find(|form| *form == name);
                form.map_or_else(|| Type::Named(name.to_owned()), Type::Form)
            }
        };
    }
    if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
        let null = Value::from("null");
        let some: Vec<&Value> = options.iter().filter(|o| o.get("type") != Some(&null)).collect();
        assert!(some.len() == 1 && options.len() == 2, "a schema of an unknown form: {schema}");
        return Type::Optional(Box::new(type_of(some[0])));
    }
    let mut types = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => panic!("a schema without a type: {schema}"),
    };
    let n = types.len();
    types.retain(|t| *t != "null");
    let ty = match types.as_slice() {
        ["boolean"] => Type::Bool,
        ["integer"] => Type::Int,
        ["number"] => Type::Float,
        ["string"] => Type::Text,
        ["array"] => match schema.get("prefixItems").and_then(Value::as_array) {
            Some(items) => Type::Tuple(items.iter().map(type_of).collect()),
            None => Type::List(Box::new(type_of(&schema["items"]))),
        },
        ["object"] => Type::Map(Box::new(type_of(&schema["additionalProperties"]))),
        _ => panic!("a schema of an unknown form: {schema}"),
    };
    if types.len() < n { Type::Optional(Box::new(ty)) } else { ty }
}
