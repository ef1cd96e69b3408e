//! An award that a third party reserves first.

use std::cell::RefCell;
use std::sync::Arc;

use async_trait::async_trait;
use big_market::app::{DrawRequest, Driver, RechargeRequest};
use big_market::dispatch::{Attempted, Channel, StageCall};
use big_market::domain::award::{AwardKind, AwardRecord, Prize};
use big_market::domain::document::{self, Format};
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::outbox::Delivery;
use big_market::domain::workflow::{DELIVER_AWARD, WorkflowData, WorkflowRun};
use big_market::store::Page;
use big_market::workflows::deliver_award::{ROUND, WORKFLOW};
use futures::FutureExt;
use serde_json::json;

use super::scene::{Case, Scene};
use crate::support::reserving::{Kept, Reserving};

/// The workflow and its third party.
pub const DELIVER: Case = Case {
    workflow: &WORKFLOW,
    channels,
    prepare: |scene| win(scene).boxed(),
    start: |scene| start(scene).boxed(),
    complete: |scene| async { assert_eq!(held(&won(scene).await), [Kept::Confirmed]) }.boxed(),
    undone: |scene| async { assert_eq!(held(&won(scene).await), []) }.boxed(),
};

thread_local! {
    /// The third party of the scene that this thread plays.
    static PARTY: RefCell<Arc<Reserving>> = RefCell::default();
}

struct Partner(Arc<Reserving>);

#[async_trait]
impl Channel for Partner {
    fn kind(&self) -> AwardKind {
        AwardKind::Webhook
    }
    fn reaches_outside(&self) -> bool {
        true
    }
    fn stages(&self, _prize: &Prize) -> bool {
        true
    }
    async fn deliver(&self, _delivery: &Delivery, _prize: &Prize) -> Attempted {
        panic!("it delivers in stages only")
    }
    async fn stage(&self, call: &StageCall<'_>, _prize: &Prize) -> Attempted {
        self.0.take(call)
    }
}

fn channels() -> Vec<Arc<dyn Channel>> {
    let party = Arc::new(Reserving::default());
    PARTY.set(party.clone());
    vec![Arc::new(Partner(party))]
}

fn held(award: &AwardRecord) -> Vec<Kept> {
    PARTY.with_borrow(|party| party.held(award.award_record_id))
}

fn ann() -> UserId {
    UserId::new("ann").unwrap()
}

async fn won(scene: &Scene) -> AwardRecord {
    let page = Page { after: None, limit: 1 };
    scene.store.awards_of(&ann(), &page).await.unwrap().remove(0)
}

async fn win(scene: &Scene) {
    let text = r#"
        activity = "staged"
        title = "One prize"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2030-01-01T00:00:00Z"
        time_zone = "UTC"
        awards = [{ id = "prize", title = "The prize", weight = "1", prize = { kind = "webhook", endpoint = "partner" } }]
        skus = [{ id = "one", draws = 1 }]
        "#;
    scene.app.publish(document::parse(text, Format::Toml).unwrap(), "tests").await.unwrap();
    let (activity_id, user_id) = (ActivityId::new("staged").unwrap(), ann());
    let (request_id, sku) = (RequestId::new("first").unwrap(), SkuId::new("one").unwrap());
    let recharge = RechargeRequest {
        activity_id: activity_id.clone(),
        user_id: user_id.clone(),
        request_id: request_id.clone(),
        sku,
    };
    scene.app.recharge(recharge).await.unwrap();
    scene.app.draw(DrawRequest { activity_id, user_id, request_id, count: 1 }).await.unwrap();
}

async fn start(scene: &Scene) -> WorkflowRun {
    let award_record_id = won(scene).await.award_record_id;
    let (subject, bucket) = (award_record_id.to_string(), Some(award_record_id.bucket()));
    if let Some(run) = scene.app.last_workflow(DELIVER_AWARD, &subject).await.unwrap() {
        return run;
    }
    let data = WorkflowData::from_iter([(ROUND.to_owned(), json!(1))]);
    let first = (DELIVER_AWARD, WORKFLOW.steps[0].name);
    scene.app.start_workflow(&scene.app.new_workflow(first, subject, bucket, Driver::Caller, data)).await.unwrap()
}
