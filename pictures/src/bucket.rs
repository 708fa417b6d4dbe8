//! The bucket: uploads, which its lifecycle removes after a day, and pictures, which everybody may read through CloudFront.

use crate::form::{self, Signer};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use domain::ids::{EventId, PictureId, UploadId};
use domain::pictures::{MOST_BYTES, PictureType, WIDTHS};
use jiff::Timestamp;
use kit::{Cx, Error, Folder, Result, Settings, read_objects, remove_objects, write_objects};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The bucket, through one client.
pub(crate) struct Bucket {
    client: Client,
    name: String,
    uploads: String,
    region: String,
    credentials: Option<SharedCredentialsProvider>,
}

/// What came of reading an upload.
pub(crate) enum Read {
    /// The file.
    File(Vec<u8>),
    /// A file that nobody's form let through.
    TooLarge,
    /// It isn't there.
    Absent,
}

/// The bucket of this house.
pub(crate) fn bucket(cx: &Cx) -> Arc<Bucket> {
    cx.part(Bucket::new)
}

/// Where an upload lies. The event is in it, so that what somebody uploaded for their event becomes no other's cover.
fn upload_key(event: EventId, upload: UploadId) -> String {
    format!("{}/{event}/{upload}", Folder::Uploads.name())
}

fn picture_key(picture: PictureId, width: u32) -> String {
    format!("{}/{}", Folder::Pictures.name(), picture.file(width))
}

impl Bucket {
    fn new(sdk: &SdkConfig, settings: &Settings) -> Self {
        let mut config = aws_sdk_s3::config::Builder::from(sdk);
        config.set_endpoint_url(settings.s3.clone());
        // A stand-in on loopback has no name for each bucket.
        config.set_force_path_style(Some(settings.s3.is_some()));
        Self {
            client: Client::from_conf(config.build()),
            name: settings.bucket.clone(),
            uploads: settings.uploads.clone(),
            region: sdk.region().map(ToString::to_string).unwrap_or_default(),
            credentials: sdk.credentials_provider(),
        }
    }

    /// Where to post a form to.
    pub fn uploads(&self) -> &str {
        &self.uploads
    }

    /// The fields of a form that uploads one file. S3 lets it do what this function may.
    pub async fn form(
        &self,
        cx: &Cx,
        event: EventId,
        upload: UploadId,
        media: PictureType,
        now: Timestamp,
    ) -> Result<BTreeMap<&'static str, String>> {
        cx.granted(write_objects(Folder::Uploads), async {
            let provider = self.credentials.as_ref().ok_or_else(|| Error::internal("no credentials to sign with"))?;
            let credentials = &provider.provide_credentials().await.map_err(Error::internal)?;
            let signer = Signer { credentials, region: &self.region, bucket: &self.name };
            Ok(form::fields(&signer, &upload_key(event, upload), media, now))
        })
        .await
    }

    /// The file that was uploaded.
    pub async fn upload(&self, cx: &Cx, event: EventId, upload: UploadId) -> Result<Read> {
        cx.granted(read_objects(Folder::Uploads), self.read(&upload_key(event, upload))).await
    }

    /// A picture of this width.
    pub async fn picture(&self, cx: &Cx, picture: PictureId, width: u32) -> Result<Read> {
        cx.granted(read_objects(Folder::Pictures), self.read(&picture_key(picture, width))).await
    }

    async fn read(&self, key: &str) -> Result<Read> {
        let found = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(found) => found,
            Err(error) => {
                // Who may not list a bucket is told 403 instead of 404
                // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, permissions).
                let absent = matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_)))
                    || error.code() == Some("AccessDenied");
                return if absent { Ok(Read::Absent) } else { Err(failed(error)) };
            }
        };
        if found.content_length().is_none_or(|length| u64::try_from(length).is_ok_and(|length| length > MOST_BYTES)) {
            return Ok(Read::TooLarge);
        }
        let body = found.body.collect().await.map_err(Error::internal)?;
        Ok(Read::File(body.to_vec()))
    }

    /// Keeps a picture in all its widths.
    pub async fn write(&self, cx: &Cx, picture: PictureId, files: [Vec<u8>; 3]) -> Result<()> {
        let [small, middle, large] = files;
        let [s, m, l] = WIDTHS;
        let one = |width: u32, file: Vec<u8>| async move {
            let put = self.client.put_object().bucket(&self.name).key(picture_key(picture, width));
            // Its name is never given to another.
            let put = put.content_type("image/jpeg").cache_control("public, max-age=31536000, immutable");
            put.body(ByteStream::from(file)).send().await.map_err(failed)
        };
        cx.granted(write_objects(Folder::Pictures), async {
            tokio::try_join!(one(s, small), one(m, middle), one(l, large)).map(drop)
        })
        .await
    }

    /// Removes a picture in all its widths; what isn't there is no error.
    pub async fn remove(&self, cx: &Cx, picture: PictureId) -> Result<()> {
        let [s, m, l] = WIDTHS;
        let one = |width: u32| async move {
            let remove = self.client.delete_object().bucket(&self.name).key(picture_key(picture, width));
            remove.send().await.map_err(failed)
        };
        cx.granted(remove_objects(Folder::Pictures), async { tokio::try_join!(one(s), one(m), one(l)).map(drop) }).await
    }
}

fn failed(error: impl std::error::Error) -> Error {
    Error::internal(DisplayErrorContext(error))
}
