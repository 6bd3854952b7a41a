"""The scratch cluster does what other tests rely on."""

from tests.parts.postgres import Postgres


def test_each_fresh_database_is_empty_and_gone_afterwards(postgres_cluster: Postgres) -> None:
    with postgres_cluster.fresh_database() as url:
        name = url.rpartition("/")[2]
        postgres_cluster.sql("CREATE TABLE seen (id int)", name)
    with postgres_cluster.fresh_database() as url:
        assert (
            postgres_cluster.sql(
                "SELECT count(*) FROM pg_tables WHERE tablename = 'seen'", url.rpartition("/")[2]
            )
            == "0\n"
        )
    assert name not in postgres_cluster.sql("SELECT datname FROM pg_database")


def test_a_database_url_names_an_empty_database(database_url: str) -> None:
    assert database_url.startswith(("sqlite:///", "postgresql://postgres@127.0.0.1:"))
