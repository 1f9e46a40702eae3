import json
import os
import threading
import urllib.request

from api import Api, Problem

app = Api()
stock = {"apple": 10, "pear": 3}
lock = threading.Lock()


@app.get("/items")
def items():
    return stock


@app.post("/items/{item}/take")
def take(order, item):
    with lock:
        if item not in stock:
            raise Problem(404, "There are no " + item + "s.")
        if stock[item] < order["count"]:
            raise Problem(409, "Only " + str(stock[item]) + " left.")
        stock[item] -= order["count"]
        return {"left": stock[item]}


@app.get("/report")
def report():
    # The other direction: a program calls an isolate, at the URL that it was given for it.
    with urllib.request.urlopen(os.environ["ORDERS_URL"] + "/sold") as sold:
        return {"stock": stock, "sold": json.load(sold)}


app.serve()
