package io.github.iamhikari.core;

/** Answers that are of no use. All that have a body quote the right one, with its secrets. */
public enum Garbage implements HttpFault {
  /** A page, as of a proxy that wants somebody to log in. */
  HTML {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(200, "text/html", page(right));
    }
  },

  /** The right answer, cut off within its last third. */
  TRUNCATED {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return right.withBody(right.body().substring(0, right.body().length() * 4 / 5));
    }
  },

  /** Success, and nothing else. */
  EMPTY {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return right.withBody("");
    }
  },

  /** An internal server error, with a page. */
  SERVER_ERROR {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(500, "text/html", page(right));
    }
  },

  /** Nothing is there, with a page. */
  NOT_FOUND {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(404, "text/html", page(right));
    }
  };

  private static String page(HttpResponse right) {
    return "<html>\n<body>\n<pre>" + right.body() + "</pre>\n</body>\n</html>\n";
  }
}
