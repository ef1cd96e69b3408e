//! Campaign documents: publishing, drafts, seeds, closing.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::calendar::Day;
use big_market::domain::campaign::{ActivityHead, ActivityState};
use big_market::domain::document::Format;
use big_market::domain::id::Version;
use big_market::domain::roll::DaySeed;
use big_market::domain::source::DocumentSource;
use big_market::domain::stock::{Epoch, StockItem};
use big_market::store::audit::AuditFilter;
use big_market::store::catalog::{DraftDiscarded, Published, StockShort};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{
    OpenActivity, activity, at, award_item, change, day, document, new_version, sku_item, user,
};

async fn publish(store: &Arc<dyn Store>, title: &str, stock: &[(StockItem, u64)]) -> Published {
    store.publish(&new_version(&activity("a"), title, stock)).await.unwrap()
}

async fn epoch(store: &Arc<dyn Store>) -> i64 {
    store.stock_epoch(&activity("a")).await.unwrap().unwrap().0
}

pub async fn a_new_activity_opens(store: Arc<dyn Store>) {
    let new = new_version(&activity("a"), "first", &[(award_item("car"), 10)]);
    assert_eq!(store.publish(&new).await.unwrap(), Published::Version(Version(1)));
    let head =
        ActivityHead { activity_id: activity("a"), version: Version(1), state: ActivityState::Open, epoch: Epoch(1) };
    assert_eq!(store.heads(&[activity("a"), activity("b")]).await.unwrap(), std::slice::from_ref(&head));
    assert_eq!(store.all_heads().await.unwrap(), [head]);
    let stored = store.version(&activity("a"), Version(1)).await.unwrap().unwrap();
    assert_eq!((stored.document, stored.published_by, stored.published_at), (new.document, "tests".into(), at(0)));
    assert_eq!(store.seed_chains(&activity("a")).await.unwrap().len(), 1);
}

pub async fn the_same_document_again_is_unchanged(store: Arc<dyn Store>) {
    publish(&store, "first", &[(award_item("car"), 10)]).await;
    assert_eq!(publish(&store, "first", &[(award_item("car"), 10)]).await, Published::Unchanged(Version(1)));
    assert_eq!(store.versions(&activity("a")).await.unwrap().len(), 1);
    assert_eq!(epoch(&store).await, 1);
}

pub async fn a_new_document_becomes_the_next_version(store: Arc<dyn Store>) {
    publish(&store, "first", &[(award_item("car"), 10)]).await;
    assert_eq!(publish(&store, "second", &[(award_item("car"), 10)]).await, Published::Version(Version(2)));
    let versions = store.versions(&activity("a")).await.unwrap();
    let titles: Vec<_> = versions.iter().map(|stored| (stored.version.0, stored.document.title.as_str())).collect();
    assert_eq!(titles, [(2, "second"), (1, "first")]);
    assert_eq!(store.all_heads().await.unwrap()[0].version, Version(2));
    // A document that was current once is a new version when it returns.
    assert_eq!(publish(&store, "first", &[(award_item("car"), 10)]).await, Published::Version(Version(3)));
}

pub async fn only_changed_totals_raise_the_epoch(store: Arc<dyn Store>) {
    let (car, pack) = (award_item("car"), sku_item("pack"));
    let steps = [
        ("first", vec![(car.clone(), 10), (pack.clone(), 5)], 1),
        ("another order", vec![(pack.clone(), 5), (car.clone(), 10)], 1),
        ("another total", vec![(pack.clone(), 5), (car.clone(), 11)], 2),
        ("one item less", vec![(pack.clone(), 5)], 3),
        ("one item more", vec![(pack.clone(), 5), (car.clone(), 11)], 4),
        ("nothing counted", vec![], 5),
    ];
    for (title, stock, expected) in steps {
        publish(&store, title, &stock).await;
        assert_eq!(epoch(&store).await, expected, "{title}");
        let notes = store.stock_notes(&activity("a")).await.unwrap();
        let counted: Vec<_> = notes.into_iter().map(|note| (note.item, note.total)).collect();
        assert_eq!(counted, stock, "{title}");
    }
}

pub async fn totals_below_what_is_used_are_refused(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    open.won(&user("ann"), &[PrizeValue::Goods, PrizeValue::Goods]).await;
    let short = StockShort { item: award_item("car"), total: 1, used: 2 };
    assert_eq!(publish(&store, "less", &[(award_item("car"), 1)]).await, Published::StockBelowUsed(vec![short]));
    assert_eq!(store.all_heads().await.unwrap()[0].version, Version(1));
    assert_eq!(epoch(&store).await, 1);
    assert_eq!(store.stock_truth(&activity("a")).await.unwrap()[0].total, 10);
    assert_eq!(publish(&store, "just enough", &[(award_item("car"), 2)]).await, Published::Version(Version(2)));
}

pub async fn an_item_that_returns_remembers_its_use(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    open.won(&user("ann"), &[PrizeValue::Goods]).await;
    publish(&store, "without", &[]).await;
    assert_eq!(store.stock_truth(&activity("a")).await.unwrap(), []);
    publish(&store, "with", &[(award_item("car"), 3)]).await;
    let truth = store.stock_truth(&activity("a")).await.unwrap();
    assert_eq!((truth[0].total, truth[0].used), (3, 1));
}

pub async fn days_without_a_seed_get_a_chain(store: Arc<dyn Store>) {
    let publish = async |title: &str, days: (Day, Day), seed: u8| {
        let mut new = new_version(&activity("a"), title, &[]);
        (new.days, new.last_seed) = (days, DaySeed([seed; 32]));
        store.publish(&new).await.unwrap();
        let chains = store.seed_chains(&activity("a")).await.unwrap();
        chains.iter().map(|chain| (chain.first_day.to_string(), chain.days)).collect::<Vec<_>>()
    };
    let first = publish("first", (day("2026-11-10"), day("2026-11-19")), 1).await;
    assert_eq!(first, [("2026-11-10".into(), 10)]);
    assert_eq!(publish("shorter", (day("2026-11-12"), day("2026-11-15")), 2).await, first);
    let longer = publish("longer", (day("2026-11-09"), day("2026-11-30")), 3).await;
    let expected = [("2026-11-09".into(), 1), ("2026-11-10".into(), 10), ("2026-11-20".into(), 11)];
    assert_eq!(longer, expected);
    // The chain that was published first still has the seeds it was published with.
    let chains = store.seed_chains(&activity("a")).await.unwrap();
    assert_eq!(chains[1].last_seed, DaySeed([1; 32]));
    assert_eq!(chains[2].seed_of(day("2026-11-30")), Some(DaySeed([3; 32])));
}

pub async fn a_draft_is_dropped_when_it_is_published(store: Arc<dyn Store>) {
    let save = async |title: &str| {
        store.save_draft(&activity("a"), &document(&activity("a"), title), None, &change(1)).await.unwrap()
    };
    save("first").await;
    let draft = save("second").await;
    assert_eq!(store.draft(&activity("a")).await.unwrap(), Some(draft.clone()));
    publish(&store, "first", &[]).await;
    assert_eq!(store.draft(&activity("a")).await.unwrap(), Some(draft));
    publish(&store, "second", &[]).await;
    assert_eq!(store.draft(&activity("a")).await.unwrap(), None);
}

pub async fn the_draft_that_was_seen_is_discarded_once_and_on_record(store: Arc<dyn Store>) {
    let a = activity("a");
    let discard = async |seen: Option<&str>| store.discard_draft(&a, seen, &change(5)).await.unwrap();
    assert_eq!(discard(None).await, DraftDiscarded::NoDraft);
    let save = async |title: &str| store.save_draft(&a, &document(&a, title), None, &change(1)).await.unwrap();
    let seen = save("first").await.document.digest();
    let draft = save("second").await;
    assert_eq!(discard(Some(&seen)).await, DraftDiscarded::Another);
    assert_eq!(store.draft(&a).await.unwrap().as_ref(), Some(&draft));
    let digest = draft.document.digest();
    assert_eq!(discard(Some(&digest)).await, DraftDiscarded::Gone);
    assert_eq!((store.draft(&a).await.unwrap(), discard(Some(&digest)).await), (None, DraftDiscarded::NoDraft));
    save("third").await;
    assert_eq!(discard(None).await, DraftDiscarded::Gone);
    let lines = store.audit(&AuditFilter::default(), &Page { after: None, limit: 9 }).await.unwrap();
    let discards: Vec<_> = lines.iter().filter(|line| line.action == "draft.discard").collect();
    assert_eq!(discards.len(), 2, "one record for each draft that went");
    let before = discards[1].before.as_ref().unwrap();
    assert_eq!((&before["document_hash"], &discards[1].after), (&serde_json::json!(digest), &None));
}

pub async fn drafts_are_listed_by_activity_in_parts(store: Arc<dyn Store>) {
    let all = Page { after: None, limit: 9 };
    assert_eq!(store.drafts(&all).await.unwrap(), []);
    for (id, title) in [("b", "second"), ("c", "third"), ("a", "first")] {
        store.save_draft(&activity(id), &document(&activity(id), title), None, &change(3)).await.unwrap();
    }
    let listed = store.drafts(&all).await.unwrap();
    let told: Vec<_> = listed.iter().map(|line| (line.activity_id.as_str(), line.title.as_str())).collect();
    assert_eq!(told, [("a", "first"), ("b", "second"), ("c", "third")], "published or not");
    let draft = store.draft(&activity("a")).await.unwrap().unwrap();
    assert_eq!((listed[0].updated_at, &listed[0].saved_by), (draft.updated_at, &draft.saved_by));
    assert_eq!(store.drafts(&Page { after: None, limit: 2 }).await.unwrap(), listed[..2]);
    let after = Some(activity("b"));
    assert_eq!(store.drafts(&Page { after, limit: 2 }).await.unwrap(), listed[2..]);
    publish(&store, "first", &[]).await;
    assert_eq!(store.drafts(&all).await.unwrap(), listed[1..], "a published draft is none");
}

pub async fn what_a_document_was_read_from_is_kept_with_it(store: Arc<dyn Store>) {
    let commented = |text: &str| DocumentSource::of(text, Format::Toml);
    let draft = async || store.draft(&activity("a")).await.unwrap().unwrap();
    let save = async |title: &str, source: Option<&DocumentSource>| {
        let saved =
            store.save_draft(&activity("a"), &document(&activity("a"), title), source, &change(1)).await.unwrap();
        assert_eq!(saved, draft().await);
        saved.source
    };
    assert_eq!(save("first", commented("# one \u{1}\\").as_ref()).await, commented("# one \u{1}\\"));
    assert_eq!(save("first", commented("# two").as_ref()).await, commented("# two"), "another comment is kept too");
    let noted = store.audit(&AuditFilter::default(), &Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(noted.len(), 1, "and is no change of the document");
    let mut new = new_version(&activity("a"), "first", &[]);
    new.source = commented("# two");
    assert_eq!(store.publish(&new).await.unwrap(), Published::Version(Version(1)));
    assert_eq!(save("second", None).await, None, "what was not written by people has no text");
    publish(&store, "second", &[]).await;
    let versions = store.versions(&activity("a")).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.source.clone()).collect::<Vec<_>>(), [None, commented("# two")]);
    assert_eq!(store.version(&activity("a"), Version(1)).await.unwrap().as_ref(), versions.last());
}

pub async fn changes_of_documents_are_recorded_once(store: Arc<dyn Store>) {
    for (title, seconds) in [("first", 1), ("first", 2), ("second", 3)] {
        store.save_draft(&activity("a"), &document(&activity("a"), title), None, &change(seconds)).await.unwrap();
        publish(&store, title, &[]).await;
    }
    let filter = AuditFilter { subject: Some("activity a".into()), ..AuditFilter::default() };
    let noted = store.audit(&filter, &Page { after: None, limit: 10 }).await.unwrap();
    let actions: Vec<_> = noted.iter().map(|entry| entry.action.as_str()).collect();
    let again = ["campaign.publish", "draft.save", "draft.save", "campaign.publish", "draft.save"];
    assert_eq!(actions, again);
    let (before, after) = (noted[0].before.as_ref().unwrap(), noted[0].after.as_ref().unwrap());
    assert_eq!((before["version"].as_u64(), after["version"].as_u64()), (Some(1), Some(2)));
    assert_eq!(after["changed"], serde_json::json!(["title"]));
}

pub async fn unknown_names_are_nothing(store: Arc<dyn Store>) {
    let unknown = activity("unknown");
    assert_eq!(store.heads(std::slice::from_ref(&unknown)).await.unwrap(), []);
    assert_eq!(store.all_heads().await.unwrap(), []);
    assert_eq!(store.version(&unknown, Version(1)).await.unwrap(), None);
    assert_eq!(store.versions(&unknown).await.unwrap(), []);
    assert_eq!(store.draft(&unknown).await.unwrap(), None);
    assert_eq!(store.seed_chains(&unknown).await.unwrap(), []);
    assert_eq!(store.secret_from(&unknown).await.unwrap(), None);
    assert_eq!(store.stock_epoch(&unknown).await.unwrap(), None);
    assert_eq!(store.raise_epoch(&unknown, Epoch(1)).await.unwrap(), None);
    assert_eq!(store.stock_truth(&unknown).await.unwrap(), []);
    assert_eq!(store.stock_notes(&unknown).await.unwrap(), []);
}

pub async fn revealed_days_never_become_secret_again(store: Arc<dyn Store>) {
    publish(&store, "first", &[]).await;
    assert_eq!(store.secret_from(&activity("a")).await.unwrap(), None);
    let reveal = async |before: &str| store.reveal_seeds(&activity("a"), day(before)).await.unwrap().to_string();
    assert_eq!(reveal("2026-11-22").await, "2026-11-22");
    assert_eq!(reveal("2026-11-20").await, "2026-11-22");
    assert_eq!(reveal("2026-11-23").await, "2026-11-23");
    publish(&store, "second", &[]).await;
    assert_eq!(store.secret_from(&activity("a")).await.unwrap(), Some(day("2026-11-23")));
}

pub async fn parallel_publications_each_get_a_version(store: Arc<dyn Store>) {
    let titles: Vec<_> = (0..8).map(|number| format!("title {number}")).collect();
    let mut published: Vec<_> = join_all(titles.iter().map(|title| publish(&store, title, &[])))
        .await
        .into_iter()
        .map(|published| match published {
            Published::Version(version) => version.0,
            other => panic!("{other:?}"),
        })
        .collect();
    published.sort_unstable();
    assert_eq!(published, (1..=8).collect::<Vec<_>>());
}
