// Package access says who may do what. What is not allowed here is denied.
//
// A Directory is made of all that there is to know of people (Everybody) and answers every
// question of rights: Allowed, In, Holders; and every question of identity: Behind, Same.
package access
