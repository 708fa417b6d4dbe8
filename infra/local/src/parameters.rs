//! Parameter Store, as far as the private keys need it: one file beside the tables that nobody else on this machine may read.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file in the data folder.
pub const FILE: &str = "parameters.json";
/// The same, while it is written.
pub const NEW_FILE: &str = "parameters.json.new";

type Values = BTreeMap<String, String>;

/// The parameters. Clones share them.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The data folder, where there is one.
    folder: Option<PathBuf>,
    values: Arc<Mutex<Values>>,
}

impl Parameters {
    /// Those of a data folder, or none yet, in memory.
    ///
    /// # Errors
    /// The file can't be read, or holds something else.
    pub fn open(folder: Option<&Path>) -> std::io::Result<Self> {
        let values = match folder.map(|folder| fs::read(folder.join(FILE))) {
            Some(Ok(text)) => serde_json::from_slice(&text)?,
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => Values::new(),
        };
        Ok(Self { folder: folder.map(Path::to_owned), values: Arc::new(Mutex::new(values)) })
    }

    /// What AWS answers to a call (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>), or
    /// the code and the words of its error.
    pub(crate) fn answer(&self, operation: &str, asked: &Value) -> Result<Value, (&'static str, String)> {
        let name = asked["Name"].as_str().unwrap_or_default();
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        match operation {
            "GetParameter" if asked["WithDecryption"] != true => {
                Err(("ValidationException", "the local runner gives values WithDecryption only".to_owned()))
            }
            "GetParameter" => {
                let value = values.get(name).ok_or_else(|| ("ParameterNotFound", format!("there is no {name}")))?;
                Ok(json!({ "Parameter": { "Name": name, "Type": "SecureString", "Value": value } }))
            }
            "PutParameter" if values.contains_key(name) && asked["Overwrite"] != true => {
                Err(("ParameterAlreadyExists", format!("{name} is there already")))
            }
            "PutParameter" => {
                let mut new = values.clone();
                new.insert(name.to_owned(), asked["Value"].as_str().unwrap_or_default().to_owned());
                self.write(&new).map_err(|why| ("InternalServerError", format!("{FILE} can't be written: {why}")))?;
                *values = new;
                Ok(json!({ "Tier": "Standard", "Version": 1 }))
            }
            _ => Err(("UnknownOperationException", format!("the local runner has no {operation}"))),
        }
    }

    /// Whole or not at all, and from its first byte on for its owner alone.
    fn write(&self, values: &Values) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let unfinished = folder.join(NEW_FILE);
        // What an earlier start left behind may have another mode.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(values)?)?;
        file.sync_all()?;
        fs::rename(unfinished, folder.join(FILE))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn put(parameters: &Parameters, value: &str, overwrite: bool) -> Result<Value, (&'static str, String)> {
        let put = json!({ "Name": "/a/b", "Value": value, "Type": "SecureString", "Overwrite": overwrite });
        parameters.answer("PutParameter", &put)
    }

    fn get(parameters: &Parameters) -> Option<String> {
        let got = parameters.answer("GetParameter", &json!({ "Name": "/a/b", "WithDecryption": true })).ok()?;
        got["Parameter"]["Value"].as_str().map(str::to_owned)
    }

    #[test]
    fn values_outlive_the_runner_and_are_their_owner_s_alone() {
        let folder = std::env::temp_dir().join(format!("guestlist-parameters-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        let parameters = Parameters::open(Some(&folder)).unwrap();
        assert_eq!(get(&parameters), None);
        // A start that died left this behind, for everybody to read.
        fs::write(folder.join(NEW_FILE), "half").unwrap();
        put(&parameters, "one", false).unwrap();
        assert_eq!(put(&parameters, "two", false).unwrap_err().0, "ParameterAlreadyExists");
        assert_eq!(get(&Parameters::open(Some(&folder)).unwrap()).as_deref(), Some("one"));
        put(&parameters, "two", true).unwrap();
        assert_eq!(get(&Parameters::open(Some(&folder)).unwrap()).as_deref(), Some("two"));
        assert_eq!(fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!folder.join(NEW_FILE).exists());
        // What can't be written is not told as kept.
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(put(&parameters, "three", true).unwrap_err().0, "InternalServerError");
        assert_eq!(get(&parameters).as_deref(), Some("two"));
    }
}
