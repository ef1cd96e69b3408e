//! What belongs to no user: asked of the first database.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{Shard, ShardedStore};
use crate::domain::api_key::{ApiKey, ApiKeyHash};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::cron::JobState;
use crate::domain::cron::{CronFire, FireKey, ProposedFire};
use crate::domain::id::ApiKeyId;
use crate::domain::id::OperatorId;
use crate::domain::id::ProcessId;
use crate::domain::id::WorkflowId;
use crate::domain::operator::{Lockout, Operator, OperatorName, Session, SessionHash};
use crate::domain::process::{Presence, SeenProcess};
use crate::domain::user_token::TokenSecret;
use crate::domain::workflow::{NewWorkflow, WorkflowMove, WorkflowRun};
use crate::store::cron::{Claimed, CronStore, FireClaim, FireEnd};
use crate::store::jobs::{JobStore, Requested};
use crate::store::keys::{KeyStore, Revoked};
use crate::store::operators::{
    Added, Attempt, NewOperator, NewPassword, NewSession, OperatorChanged, OperatorStore, OperatorWish,
};
use crate::store::processes::ProcessStore;
use crate::store::tokens::TokenStore;
use crate::store::workflows::{Retried, Started, WorkflowFilter, WorkflowStore};
use crate::store::{Page, Stored};

#[async_trait]
impl<S: Shard> CronStore for ShardedStore<S> {
    async fn propose_fires(&self, fires: &[ProposedFire]) -> Stored<()> {
        self.first().propose_fires(fires).await
    }

    async fn last_fires(&self, jobs: &[&str], now: Timestamp) -> Stored<Vec<(String, Timestamp)>> {
        self.first().last_fires(jobs, now).await
    }

    async fn claim_fire(&self, claim: &FireClaim) -> Stored<Claimed> {
        self.first().claim_fire(claim).await
    }

    async fn renew_claim(&self, claim: &FireClaim) -> Stored<bool> {
        self.first().renew_claim(claim).await
    }

    async fn release_claims(&self, latest: Timestamp) -> Stored<u64> {
        self.first().release_claims(latest).await
    }

    async fn end_fire(&self, end: &FireEnd) -> Stored<()> {
        self.first().end_fire(end).await
    }

    async fn open_fires(&self, now: Timestamp, limit: u32) -> Stored<Vec<FireKey>> {
        self.first().open_fires(now, limit).await
    }

    async fn fires(&self, job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>> {
        self.first().fires(job, before, limit).await
    }

    async fn fire(&self, job: &str, due_at: Timestamp) -> Stored<Option<CronFire>> {
        self.first().fire(job, due_at).await
    }

    async fn running_fires(&self) -> Stored<Vec<CronFire>> {
        self.first().running_fires().await
    }

    async fn prune_fires(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        self.first().prune_fires(before, limit).await
    }
}

#[async_trait]
impl<S: Shard> JobStore for ShardedStore<S> {
    async fn job_states(&self) -> Stored<Vec<JobState>> {
        self.first().job_states().await
    }

    async fn pause_job(&self, job: &str, change: &Change) -> Stored<()> {
        self.first().pause_job(job, change).await
    }

    async fn resume_job(&self, job: &str, change: &Change) -> Stored<()> {
        self.first().resume_job(job, change).await
    }

    async fn request_fire(&self, job: &str, parts: u16, change: &Change) -> Stored<Requested> {
        self.first().request_fire(job, parts, change).await
    }
}

#[async_trait]
impl<S: Shard> KeyStore for ShardedStore<S> {
    async fn save_api_key(&self, key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Stored<()> {
        self.first().save_api_key(key, hash, change).await
    }

    async fn revoke_api_key(&self, api_key_id: ApiKeyId, change: &Change) -> Stored<Revoked> {
        self.first().revoke_api_key(api_key_id, change).await
    }

    async fn api_key(&self, hash: ApiKeyHash) -> Stored<Option<ApiKey>> {
        self.first().api_key(hash).await
    }

    async fn api_keys(&self) -> Stored<Vec<ApiKey>> {
        self.first().api_keys().await
    }
}

#[async_trait]
impl<S: Shard> OperatorStore for ShardedStore<S> {
    async fn add_operator(&self, new: &NewOperator, change: &Change) -> Stored<Added> {
        self.first().add_operator(new, change).await
    }

    async fn operators(&self) -> Stored<Vec<Operator>> {
        self.first().operators().await
    }

    async fn operator(&self, operator_id: OperatorId) -> Stored<Option<Operator>> {
        self.first().operator(operator_id).await
    }

    async fn change_operator(
        &self,
        operator_id: OperatorId,
        wish: &OperatorWish,
        change: &Change,
    ) -> Stored<OperatorChanged> {
        self.first().change_operator(operator_id, wish, change).await
    }

    async fn begin_attempt(&self, name: &OperatorName, lockout: &Lockout, change: &Change) -> Stored<Attempt> {
        self.first().begin_attempt(name, lockout, change).await
    }

    async fn begin_session(&self, new: &NewSession, change: &Change) -> Stored<bool> {
        self.first().begin_session(new, change).await
    }

    async fn session(&self, hash: SessionHash, now: Timestamp, idle_since: Timestamp) -> Stored<Option<Session>> {
        self.first().session(hash, now, idle_since).await
    }

    async fn touch_session(&self, hash: SessionHash, now: Timestamp) -> Stored<()> {
        self.first().touch_session(hash, now).await
    }

    async fn end_session(&self, hash: SessionHash, change: &Change) -> Stored<()> {
        self.first().end_session(hash, change).await
    }

    async fn replace_password(&self, new: &NewPassword, change: &Change) -> Stored<bool> {
        self.first().replace_password(new, change).await
    }
}

#[async_trait]
impl<S: Shard> ProcessStore for ShardedStore<S> {
    async fn note_process(&self, presence: &Presence) -> Stored<()> {
        self.first().note_process(presence).await
    }

    async fn stop_process(&self, process_id: ProcessId) -> Stored<()> {
        self.first().stop_process(process_id).await
    }

    async fn processes(&self, alive_within: TimeDelta, limit: u32) -> Stored<Vec<SeenProcess>> {
        self.first().processes(alive_within, limit).await
    }

    async fn prune_processes(&self, unseen_for: TimeDelta, limit: u32) -> Stored<u64> {
        self.first().prune_processes(unseen_for, limit).await
    }
}

#[async_trait]
impl<S: Shard> TokenStore for ShardedStore<S> {
    async fn token_secret(&self, fresh: &TokenSecret, now: Timestamp) -> Stored<TokenSecret> {
        self.first().token_secret(fresh, now).await
    }
}

#[async_trait]
impl<S: Shard> WorkflowStore for ShardedStore<S> {
    async fn start_workflow(&self, new: &NewWorkflow) -> Stored<Started> {
        self.first().start_workflow(new).await
    }

    async fn take_workflow(&self, now: Timestamp, until: Timestamp) -> Stored<Option<WorkflowRun>> {
        self.first().take_workflow(now, until).await
    }

    async fn move_workflow(&self, to: &WorkflowMove) -> Stored<Option<WorkflowRun>> {
        self.first().move_workflow(to).await
    }

    async fn workflow(&self, workflow_id: WorkflowId) -> Stored<Option<WorkflowRun>> {
        self.first().workflow(workflow_id).await
    }

    async fn last_workflow(&self, kind: &str, subject: &str) -> Stored<Option<WorkflowRun>> {
        self.first().last_workflow(kind, subject).await
    }

    async fn workflows(&self, filter: &WorkflowFilter, page: &Page<WorkflowId>) -> Stored<Vec<WorkflowRun>> {
        self.first().workflows(filter, page).await
    }

    async fn retry_workflow(&self, workflow_id: WorkflowId, change: &Change) -> Stored<Retried> {
        self.first().retry_workflow(workflow_id, change).await
    }

    async fn workflow_counts(&self, now: Timestamp) -> Stored<(u64, u64)> {
        self.first().workflow_counts(now).await
    }

    async fn prune_workflows(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        self.first().prune_workflows(before, limit).await
    }
}
