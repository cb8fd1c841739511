mod board;
mod desk;
mod lines;
mod messages;
mod office;
mod table;
mod triage;
