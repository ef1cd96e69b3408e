//! Campaign documents: drafts and publication.

use super::App;
use super::catalog::unknown_activity;
use crate::config::Config;
use crate::domain::audit::Actor;
use crate::domain::campaign::Campaign;
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version};
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::domain::roll::DaySeed;
use crate::domain::source::DocumentSource;
use crate::domain::validate::{self, DocumentFault};
use crate::fault::{Error, Result};
use crate::store::Page;
use crate::store::catalog::{Draft, DraftDiscarded, DraftLine, NewVersion, Published, Saver, StoredVersion};

/// The outcome of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedVersion {
    /// The activity.
    pub activity_id: ActivityId,
    /// The version that is current now.
    pub version: Version,
    /// Whether it is new; otherwise the document was current already.
    pub changed: bool,
}

impl App {
    /// Saves a draft as it is, with what it was read from: faults are found when it is published.
    ///
    /// # Errors
    /// A refusal where the document names another activity; a fault of the store.
    pub async fn save_draft(
        &self,
        by: &Principal,
        activity_id: &ActivityId,
        document: &CampaignDocument,
        source: Option<&DocumentSource>,
    ) -> Result<Draft> {
        if document.activity != activity_id.as_str() {
            let message = format!("names activity {:?}; make it {activity_id:?}, as in the path", document.activity);
            return Err(Refusal::invalid("activity", message).into());
        }
        Ok(self.inner.store.save_draft(activity_id, document, source, &self.change(&by.actor)).await?)
    }

    /// The draft of an activity.
    ///
    /// # Errors
    /// A refusal where there is none; a fault of the store.
    pub async fn draft(&self, activity_id: &ActivityId) -> Result<Draft> {
        let draft = self.inner.store.draft(activity_id).await?;
        Ok(draft.ok_or_else(|| Refusal::Unknown { what: "draft of activity", id: activity_id.to_string() })?)
    }

    /// Drafts by the id of their activity, which may never have been published.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn drafts(&self, page: &Page<ActivityId>) -> Result<Vec<DraftLine>> {
        Ok(self.inner.store.drafts(page).await?)
    }

    /// Discards the draft of an activity: exactly the one that was `seen`, where its digest is given. What is published stays.
    ///
    /// # Errors
    /// A refusal where there is no draft, or it is not the one seen; a fault of the store.
    pub async fn discard_draft(&self, by: &Principal, activity_id: &ActivityId, seen: Option<&str>) -> Result<()> {
        match self.inner.store.discard_draft(activity_id, seen, &self.change(&by.actor)).await? {
            DraftDiscarded::Gone => Ok(()),
            DraftDiscarded::NoDraft => {
                Err(Refusal::Unknown { what: "draft of activity", id: activity_id.to_string() }.into())
            }
            DraftDiscarded::Another => Err(changed_since(activity_id)),
        }
    }

    /// Publishes the draft of an activity: exactly the one that was `reviewed`, where its digest is given. With the setting
    /// `campaigns.second_person` it must be given, by an operator who did not save the draft.
    ///
    /// # Errors
    /// As [`App::publish`], and a refusal where there is no draft, it is not the one reviewed, or somebody else must publish it.
    pub async fn publish_draft(
        &self,
        by: &Principal,
        activity_id: &ActivityId,
        reviewed: Option<&str>,
    ) -> Result<PublishedVersion> {
        let draft = self.draft(activity_id).await?;
        if self.inner.config.campaigns.second_person {
            refuse_first_person(by, &draft, reviewed)?;
        }
        if reviewed.is_some_and(|reviewed| reviewed != draft.document.digest()) {
            return Err(changed_since(activity_id));
        }
        self.publish_written(draft.document, draft.source, by.clone()).await
    }

    /// Makes a document the current version. Draws under way finish on theirs. Repeating it changes nothing.
    ///
    /// # Errors
    /// A refusal that names every fault of the document, or the stock that was used beyond what it allows, or that the
    /// activity is over; a fault of the store.
    pub async fn publish(&self, document: CampaignDocument, by: impl Into<Principal>) -> Result<PublishedVersion> {
        self.publish_written(document, None, by.into()).await
    }

    /// [`App::publish`] of a document with what it was read from.
    ///
    /// # Errors
    /// As there.
    pub async fn publish_written(
        &self,
        document: CampaignDocument,
        source: Option<DocumentSource>,
        by: Principal,
    ) -> Result<PublishedVersion> {
        let campaign = validate_campaign(&self.inner.config, &document)?;
        let faults = self.publication_faults(&campaign).await?;
        if !faults.is_empty() {
            return Err(Refusal::InvalidDocument { faults }.into());
        }
        let mut last_seed = DaySeed([0; 32]);
        self.inner.sources.chance.fill(&mut last_seed.0);
        let new = NewVersion {
            activity_id: campaign.activity_id.clone(),
            document,
            source,
            closes_at: campaign.closes_at,
            stock: campaign.stock_totals(),
            days: campaign.days(),
            last_seed,
            published_by: by.name,
            change: self.change(&by.actor),
        };
        let activity_id = new.activity_id.clone();
        match self.inner.store.publish(&new).await? {
            Published::Version(version) => {
                tracing::info!(activity.id = %activity_id, "published version {version} of activity {activity_id}");
                Ok(PublishedVersion { activity_id, version, changed: true })
            }
            Published::Unchanged(version) => Ok(PublishedVersion { activity_id, version, changed: false }),
            Published::StockBelowUsed(shorts) => {
                let faults = shorts.iter().map(|short| DocumentFault {
                    path: stock_path(&new.document, short.item.kind(), short.item.id()),
                    message: format!("{} has stock {} but {} are used already", short.item, short.total, short.used),
                    mend: format!("Set it to {} or more: stock counts the whole life of the activity", short.used),
                });
                Err(Refusal::InvalidDocument { faults: faults.collect() }.into())
            }
            Published::Over => {
                let message = format!("activity {activity_id} is over; publish the document under a new activity id");
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// What a valid document must not change or no longer say when it is published.
    async fn publication_faults(&self, campaign: &Campaign) -> Result<Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let now = self.inner.sources.now();
        if campaign.closes_at <= now {
            faults.push(DocumentFault {
                path: "closes_at".into(),
                message: format!("the window ended before now, {}", now.to_rfc3339()),
                mend: "Let it end later: an activity whose window ended is closed for good.".into(),
            });
        }
        match self.current(&campaign.activity_id).await {
            Ok((_, current)) if current.time_zone != campaign.time_zone => faults.push(DocumentFault {
                path: "time_zone".into(),
                message: format!("the running version counts days in {}", current.time_zone),
                // Days that were drawn in and revealed would begin again, or end twice.
                mend: format!("Keep {}, or publish the document under a new activity id.", current.time_zone),
            }),
            Ok(_) | Err(Error::Refusal(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(faults)
    }

    /// What there is to edit of an activity: its draft and its current version, each nothing where there is none. So of an id that
    /// nobody used yet.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn documents(&self, activity_id: &ActivityId) -> Result<(Option<Draft>, Option<StoredVersion>)> {
        let draft = self.inner.store.draft(activity_id).await?;
        let heads = self.inner.store.heads(std::slice::from_ref(activity_id)).await?;
        let Some(head) = heads.into_iter().next() else { return Ok((draft, None)) };
        Ok((draft, self.inner.store.version(activity_id, head.version).await?))
    }

    /// All versions of an activity, newest first.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn versions(&self, activity_id: &ActivityId) -> Result<Vec<StoredVersion>> {
        let versions = self.inner.store.versions(activity_id).await?;
        if versions.is_empty() { Err(unknown_activity(activity_id).into()) } else { Ok(versions) }
    }
}

/// Checks a document, including what only the settings know.
///
/// # Errors
/// A refusal that names every fault.
pub fn validate_campaign(config: &Config, document: &CampaignDocument) -> Result<Campaign, Refusal> {
    let known = config.endpoint_names();
    let unknown = validate::unknown_endpoints(document, known.iter().map(String::as_str));
    match validate::compile(document) {
        Ok(campaign) if unknown.is_empty() => Ok(campaign),
        Ok(_) => Err(Refusal::InvalidDocument { faults: unknown }),
        Err(faults) => Err(Refusal::InvalidDocument { faults: faults.into_iter().chain(unknown).collect() }),
    }
}

/// Refuses what was meant for another draft.
fn changed_since(activity_id: &ActivityId) -> Error {
    let message = format!("the draft of activity {activity_id} changed since; review it again");
    Refusal::Conflict { message }.into()
}

/// Refuses a publication that is not by an operator, of a draft that somebody else saved and the operator reviewed.
fn refuse_first_person(by: &Principal, draft: &Draft, reviewed: Option<&str>) -> Result<(), Refusal> {
    let Saver { actor, name } = &draft.saved_by;
    let saver = name.as_deref().unwrap_or(actor);
    let message = match &by.actor {
        Actor::Operator(_) if by.actor.to_string() != *actor => {
            return match reviewed {
                Some(_) => Ok(()),
                None => Err(Refusal::invalid("If-Match", "is missing; send the ETag of the draft you reviewed")),
            };
        }
        Actor::Operator(_) => format!("you ({saver}) saved this draft; another operator must publish it"),
        _ => format!("{saver} saved this draft; an operator who signed in, and is somebody else, must publish it"),
    };
    Err(Refusal::SecondPersonNeeded { message })
}

/// Where a document says how many there are of an item.
fn stock_path(document: &CampaignDocument, kind: &str, id: &str) -> String {
    let position = match kind {
        "award" => document.awards.iter().position(|award| award.id == id).map(|at| format!("awards[{at}].stock")),
        _ => document.skus.iter().position(|sku| sku.id == id).map(|at| format!("skus[{at}].stock")),
    };
    position.unwrap_or_else(|| format!("{kind}s"))
}
