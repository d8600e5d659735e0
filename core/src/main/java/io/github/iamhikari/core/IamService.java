package io.github.iamhikari.core;

/** The AWS service that checks a token. */
enum IamService {
  /** Amazon RDS, which Aurora is a part of. */
  RDS("rds-db"),
  /** Aurora DSQL. */
  DSQL("dsql");

  private final String code;

  IamService(String code) {
    this.code = code;
  }

  /** Its name in signatures and policies: {@code rds-db}. */
  String code() {
    return code;
  }
}
