//! Files of records, a line of JSON each, written by many.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::fault::Fault;

/// A file of records. Cloning gives another handle to the same one.
pub(super) struct Records<T> {
    path: PathBuf,
    file: Arc<Mutex<BufWriter<File>>>,
    of: PhantomData<fn(T)>,
}

impl<T> Clone for Records<T> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), file: self.file.clone(), of: PhantomData }
    }
}

impl<T: Serialize> Records<T> {
    /// An empty file.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn create(path: &Path) -> Result<Self, Fault> {
        let file = File::create(path).map_err(Fault::doing("make a file of records"))?;
        Ok(Self { path: path.to_owned(), file: Arc::new(Mutex::new(BufWriter::new(file))), of: PhantomData })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record. A campaign whose records are lost proves nothing, so it ends here.
    pub(super) fn write(&self, record: &T) {
        let line = serde_json::to_string(record).expect("records are JSON");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{line}").expect("room for records");
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) fn flush(&self) -> Result<(), Fault> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.flush().map_err(Fault::doing("write records"))
    }
}
