"""The bus: one port, Kafka or Postgres behind it; what is sent, heard and put aside."""
