//! The demo's receiver, called by the real channel.

use std::time::Duration;

use big_market::clock::Sources;
use big_market::dispatch::Attempted;
use big_market::dispatch::receiver::Receiver;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::{SECRET, a_delivery, deliver, settings};

async fn receiver() -> Receiver {
    let address = "127.0.0.1:0".parse().expect("an address");
    Receiver::bind(address, SECRET, Sources::system()).await.expect("bound")
}

#[tokio::test]
async fn a_delivery_counts_once_however_often_it_comes() {
    let receiver = receiver().await;
    let (inbox, settings) = (receiver.inbox(), settings(&receiver.url()));
    let stop = CancellationToken::new();
    let serving = tokio::spawn(receiver.serve(stop.clone()));

    let delivery = a_delivery();
    let first = deliver(&settings, &delivery).await;
    assert_eq!(first, deliver(&settings, &delivery).await, "the same answer");
    let Attempted::Delivered { reference: Some(reference), .. } = first else { panic!("not delivered: {first:?}") };
    assert!(reference.ends_with(&delivery.award.award_record_id.to_string()));
    let kept = inbox.received();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].times, &kept[0].event["data"]["user_id"]), (2, &"ann".into()));

    stop.cancel();
    serving.await.expect("no panic").expect("no fault");
}

#[tokio::test]
async fn a_delivery_signed_by_another_secret_is_refused() {
    let receiver = receiver().await;
    let (inbox, mut settings) = (receiver.inbox(), settings(&receiver.url()));
    settings.endpoints.get_mut("partner").expect("there").secret = format!("whsec_{}", "A".repeat(32));
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    tokio::spawn(receiver.serve(stop));
    assert!(matches!(deliver(&settings, &a_delivery()).await, Attempted::Failed { .. }));
    assert!(inbox.received().is_empty());
}

#[tokio::test]
async fn a_request_that_never_comes_keeps_nobody_from_stopping() {
    let receiver = receiver().await;
    let host = receiver.url().trim_start_matches("http://").trim_end_matches("/awards").to_owned();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(receiver.serve(stop.clone()));
    let mut half = tokio::net::TcpStream::connect(&host).await.expect("connected");
    half.write_all(b"POST /awards HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n").await.expect("sent");
    stop.cancel();
    let ended = tokio::time::timeout(Duration::from_mins(1), serving).await.expect("it stops all the same");
    ended.expect("no panic").expect("no fault");
}
