//! Subject and text of a message: filled in, measured, and free of what no provider takes.

use std::collections::BTreeMap;

use signalbox_domain::Channel;
use signalbox_domain::template::Template;

use super::SendRequest;
use crate::refusal::Refusal;

/// Longest text accepted for an SMS; beyond it Twilio refuses (error 21617).
const LONGEST_SMS: usize = 1_600;
const LONGEST_WHATSAPP: usize = 4_096;
const LONGEST_MAIL: usize = 512 * 1024;

/// Whether the text, or the subject, names fields to be filled.
fn has_fields(request: &SendRequest) -> bool {
    let names =
        |text: &String| Template::parse(text).is_ok_and(|template| !template.fields().is_empty());
    names(&request.body) || request.subject.as_ref().is_some_and(names)
}

pub(super) fn texts(request: &SendRequest) -> Result<(Option<String>, String), Refusal> {
    let none = BTreeMap::new();
    // Whoever writes {name} and gives no fields forgot them: the person would read the braces.
    let fields = request.fields.as_ref().or_else(|| has_fields(request).then_some(&none));
    let (subject, body) = match fields {
        // Other braces are what they are: nobody asked for a template.
        None => (request.subject.clone(), request.body.clone()),
        Some(fields) => {
            let broken = |field: &'static str| {
                move |error: signalbox_domain::template::TemplateError| {
                    Refusal::invalid(
                        field,
                        "template",
                        error.to_string(),
                        "Correct the braces, or double them",
                    )
                }
            };
            let missing = |field: &'static str| {
                move |error: signalbox_domain::template::FillError| {
                    Refusal::invalid(
                        field,
                        "template_field",
                        error.to_string(),
                        "Give the field a value",
                    )
                }
            };
            let body = Template::parse(&request.body).map_err(broken("body"))?;
            let body = body.fill(fields).map_err(missing("body"))?;
            let subject = match &request.subject {
                Some(subject) => {
                    let subject = Template::parse(subject).map_err(broken("subject"))?;
                    Some(subject.fill_line(fields).map_err(missing("subject"))?)
                }
                None => None,
            };
            (subject, body)
        }
    };
    let (longest, unit) = match request.channel {
        Channel::Sms => (LONGEST_SMS, body.chars().count()),
        Channel::Whatsapp => (LONGEST_WHATSAPP, body.chars().count()),
        Channel::Email => (LONGEST_MAIL, body.len()),
    };
    if body.trim().is_empty() {
        return Err(Refusal::invalid(
            "body",
            "empty_body",
            "The text is empty",
            "Write something to send",
        ));
    }
    if unit > longest {
        return Err(Refusal::invalid(
            "body",
            "too_long",
            format!("The text has {unit} characters; {longest} are possible"),
            "Shorten it, or send it as mail",
        ));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(
            "body",
            "control_character",
            "The text holds an unprintable character",
            "Remove it; it often comes from copying out of another program",
        ));
    }
    match (&subject, request.channel) {
        (Some(subject), Channel::Email) => {
            if subject.chars().count() > 900 || subject.chars().any(char::is_control) {
                return Err(Refusal::invalid(
                    "subject",
                    "invalid_subject",
                    "The subject is too long, or has more than one line",
                    "Use one line of at most 900 characters",
                ));
            }
            Ok((Some(subject.clone()), body))
        }
        (None, Channel::Email) => Err(Refusal::invalid(
            "subject",
            "missing_subject",
            "A mail needs a subject",
            "Add a subject",
        )),
        _ => Ok((None, body)),
    }
}
