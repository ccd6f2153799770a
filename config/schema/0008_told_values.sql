-- Which values the holder of an account never typed: a trusted source told them. They are shown to
-- nobody but the person, proven by VNeID (design D19): the update must not be a look-up service.
--
-- Values from before cannot be told apart any more: what the history says came with an update, and
-- is not what people are asked to type, counts as told.
alter table identity_field add column told boolean not null default false;
alter table identity_field add constraint identity_field_told check (not told or status = 'verified');
update identity_field f set told = true
  where f.status = 'verified' and f.field in ('sex', 'birth_place', 'home_town', 'residence', 'cmnd9')
    and (select c.reason in ('self_update', 'review') from identity_field_change c
         where c.account_id = f.account_id and c.field = f.field order by c.id desc limit 1);
