//! `.d.rhai` definitions: what an editor shows for the functions of a script.

use crate::checked::{Operation, Spec};
use crate::emit::prose;
use crate::sample;
use crate::surface::{self, Function, Module, Origin, ParameterKind, Returns};

/// File name and text of each module's definitions.
pub(super) fn emit(spec: &Spec) -> Vec<(String, String)> {
    let modules = surface::surface(spec);
    modules.iter().map(|module| (format!("{}.d.rhai", module.name), text(spec, module))).collect()
}

fn text(spec: &Spec, module: &Module) -> String {
    let mut text = format!("module {};\n", module.name);
    text.push_str(&format!("\n// {}\n", module.doc));
    let mut last: Option<&Function> = None;
    for function in &module.functions {
        // The longer form of the same function says no more than the shorter one.
        let longer = last.is_some_and(|last| last.origin == function.origin);
        text.push('\n');
        for line in docs(spec, function, longer) {
            text.push_str(format!("/// {line}").trim_end());
            text.push('\n');
        }
        text.push_str(&signature(function));
        last = Some(function);
    }
    text
}

fn signature(function: &Function) -> String {
    let parameter = |parameter: &surface::Parameter| {
        let kind = match parameter.kind {
            ParameterKind::String => "String",
            ParameterKind::Map => "Map",
            ParameterKind::Array => "Array",
            ParameterKind::MapOrArray | ParameterKind::StringOrMap => "?",
        };
        format!("{}: {kind}", parameter.name)
    };
    let parameters = function.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ");
    let returns = match function.returns {
        Returns::Nothing => "",
        Returns::Resource => " -> Resource",
        Returns::Map | Returns::Page => " -> Map",
        Returns::List => " -> Array",
        Returns::Resources => " -> Iterator<Resource>",
        Returns::Number => " -> int",
    };
    format!("fn {}({parameters}){returns};\n", function.name)
}

fn docs(spec: &Spec, function: &Function, longer: bool) -> Vec<String> {
    let by_id = |id: &String| spec.operations().into_iter().find(|(_, _, it)| it.id == *id);
    if let (true, Origin::Find { list, .. }) = (longer, &function.origin) {
        return vec![format!("The same, with options of `{list}`: by name, it needs a filter.")];
    }
    let (Origin::Operation(id) | Origin::Each(id) | Origin::Count(id)) = &function.origin else {
        return vec![function.doc.clone()];
    };
    let Some((app, module, operation)) = by_id(id) else { return vec![function.doc.clone()] };
    if longer && matches!(function.origin, Origin::Each(_) | Origin::Count(_)) {
        return vec![format!("The same, with the options of `{}`.", operation.name)];
    }
    if longer {
        return options(operation);
    }
    if matches!(function.origin, Origin::Count(_)) {
        let full = format!("{}::{}", crate::name::rhai(&module.name), function.name);
        let ids: Vec<String> =
            operation.route.ids().iter().map(|_| "\"Y6nRLr\"".to_owned()).collect();
        let call = format!("{full}({})", ids.join(", "));
        return [&function.doc, "", "```rhai", &call, "```"].map(str::to_owned).to_vec();
    }
    let mut docs = vec![function.doc.clone(), String::new(), prose::facts(app, operation)];
    if function.returns == Returns::Page {
        docs.push("Answers `#{ data, next, included }`.".to_owned());
    }
    if let Some(why) = &operation.documented_only {
        docs.push(format!("Documented only: {why}."));
    }
    if let Some(body) = &operation.body {
        docs.extend([String::new(), format!("`body`: {}", prose::body_keys(body))]);
    }
    if let Some(example) = prose::example(operation)
        && matches!(function.origin, Origin::Operation(_))
    {
        let sample = sample::rhai(module, operation, example);
        docs.extend([String::new(), "```rhai".to_owned(), sample, "```".to_owned()]);
    }
    docs
}

fn options(operation: &Operation) -> Vec<String> {
    let mut docs = vec!["The same, with options:".to_owned()];
    let rows = prose::options(operation);
    docs.extend(rows.into_iter().map(|(name, meaning)| format!("- `{name}`: {meaning}")));
    docs
}
