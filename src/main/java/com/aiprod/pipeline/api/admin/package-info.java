/** What operators see and do: the state of the system, the jobs of all users, dead letters, and pipelines. */
package com.aiprod.pipeline.api.admin;
