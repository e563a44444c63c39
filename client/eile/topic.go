package main

import "github.com/spf13/cobra"

// newTopics makes what help tells that is no command.
func newTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit statuses mean", Long: exitCodes},
		{Use: "formats", Short: "In which forms answers are printed", Long: formats},
		{Use: "environment", Short: "Which variables of the environment are read", Long: environment},
	}
}

const exitCodes = `The exit statuses of eile

  0    done
  1    refused or failed: the reason is one line on standard error, and nothing was changed
  2    bad usage: a command, flag or argument that is not there, is missing or cannot be read
  3    the server is not reachable: nobody listens, the name is not known, or it did not answer the connection
  4    not allowed: the server does not let the caller do this, or one side refused the certificate of the other
  130  interrupted by Ctrl-C; 143 ended by SIGTERM. What the server had begun goes on

A run that ends FAILED is a failure of eile run start, eile run approve and eile run get --watch. eile verify exits 1 where the
outcome does not hold and 2 where a file cannot be read.`

const formats = `The forms of an answer, by -o

  table  for people: aligned, with what most readers want; empty cells are "-"
  wide   the table with the columns of the CSV behind its own
  json   the answer of the server with the field names of the proto, unset fields included
  yaml   the same content in the same order as json
  csv    for spreadsheets: codes in place of sentences, empty cells are empty
  name   the reference or id of each thing, a line each, for xargs

--no-headers leaves out the names of the columns in table, wide and csv. --watch prints an answer again when it changes; in yaml
a line "---" parts one from the next.`

const environment = `The variables that eile reads

  EILE_SERVER  the address of the server, host:port; --server goes before it
  EILE_LANG    the language of what is told, en or lt; --lang goes before it`
